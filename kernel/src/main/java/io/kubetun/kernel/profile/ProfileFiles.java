package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folders in which profiles are looked up.
 *
 * @param searchPath the first goes before the others
 */
record ProfileFiles(List<Path> searchPath) {
    private static final String EXTENSION = ".conf";
    /** Of a folder's files, so many are looked at when profiles are listed; the rest is passed over. */
    private static final int MAX_LISTED = 1_000;

    ProfileFiles {
        searchPath = List.copyOf(searchPath);
    }

    static String nameOf(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
    }

    Path find(String name) throws KubetunException {
        try {
            if (name.endsWith(EXTENSION) || name.contains("/") || name.contains("\\")) {
                return requireName(Path.of(name), name);
            }
            for (Path folder : searchPath) {
                Path file = folder.resolve(name + EXTENSION);
                if (Files.exists(file)) {
                    return file;
                }
            }
        } catch (InvalidPathException noPath) {
            throw notFound(name, "that is no name of a file", noPath);
        }
        List<String> known = all().stream().map(ProfileFiles::nameOf).toList();
        String hint =
                NearestName.of(name, known).map(near -> "; there is " + near).orElse("");
        String places = searchPath.stream().map(Path::toString).collect(Collectors.joining(", "));
        throw notFound(name, "there is no " + name + EXTENSION + " in " + places + hint, null);
    }

    /** Each file that {@link #find} would take for its name and that may be a profile. */
    List<Path> all() {
        Map<String, Path> byName = new LinkedHashMap<>();
        for (Path folder : searchPath) {
            for (Path file : filesOf(folder)) {
                byName.putIfAbsent(nameOf(file), file);
            }
        }
        return byName.values().stream().filter(ProfileFiles::mayBeProfile).toList();
    }

    private static List<Path> filesOf(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(EXTENSION))
                    .filter(Files::isRegularFile)
                    .limit(MAX_LISTED)
                    .sorted()
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** Other programs' files end with .conf too. */
    private static boolean mayBeProfile(Path file) {
        try {
            if (!HoconFile.read(file).contains(ProfileSchema.ROOT)) {
                return HoconFile.parse(file).config().root().containsKey(ProfileSchema.ROOT);
            }
            return true;
        } catch (IOException unreadable) {
            return true;
        } catch (ConfigException | StackOverflowError _) {
            return false;
        }
    }

    private static Path requireName(Path file, String name) throws KubetunException {
        if (file.getFileName() == null) {
            throw notFound(name, "that is no file", null);
        }
        return file;
    }

    private static KubetunException notFound(String name, String why, Throwable cause) {
        return new KubetunException(
                ErrorCode.CONFIG_NOT_FOUND, "cannot find profile " + name, why, "See kubetun profiles", cause);
    }
}
