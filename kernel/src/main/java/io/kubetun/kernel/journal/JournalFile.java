package io.kubetun.kernel.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a journal: session, process id and the process's start, so that a process knows its own files without
 * opening them. It must not open them: closing a second descriptor of a file drops the process's lock on it (POSIX,
 * fcntl).
 *
 * @param path the file
 * @param session the session's id
 * @param process the process: id and start
 */
record JournalFile(Path path, String session, String process) {
    private static final String SUFFIX = ".journal";
    private static final String LOCK = ".lock";
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-]+)\\.(\\d{1,18}-[0-9a-f]+)\\.journal");

    static JournalFile ofThisProcess(Path folder, String session) {
        Path path = folder.resolve(session + "." + thisProcess() + SUFFIX);
        return new JournalFile(path, session, thisProcess());
    }

    /** Returns the file that is locked while the session lives. */
    Path lockPath() {
        return path.resolveSibling(path.getFileName() + LOCK);
    }

    /** Returns where the journal is rewritten before it takes the place of the old one. */
    Path freshPath() {
        return path.resolveSibling(path.getFileName() + ".new");
    }

    /** Lists the journals of a folder; none if there is no folder. */
    static List<JournalFile> in(Path folder) throws IOException {
        List<JournalFile> files = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path path : names) {
                parse(path).ifPresent(files::add);
            }
        } catch (NoSuchFileException noSession) {
            return List.of();
        }
        return files;
    }

    /** Removes locks without a journal: what is left of a process that died before it wrote, or after it had undone all. */
    static void removeDeadLocks(Path folder) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(folder, "*" + SUFFIX + LOCK)) {
            for (Path lock : locks) {
                String name = lock.getFileName().toString();
                Optional<JournalFile> file = parse(folder.resolve(name.substring(0, name.length() - LOCK.length())));
                if (file.isPresent()
                        && !Files.exists(file.get().path())
                        && !file.get().mayLive()) {
                    Files.deleteIfExists(lock);
                }
            }
        } catch (NoSuchFileException noSession) {
            return;
        }
    }

    boolean isOfThisProcess() {
        return process.equals(thisProcess());
    }

    private static Optional<JournalFile> parse(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        return name.matches() ? Optional.of(new JournalFile(path, name.group(1), name.group(2))) : Optional.empty();
    }

    /** By the id alone: a clock that was set changes what a process's start looks like from another one. */
    private boolean mayLive() {
        String pid = process.substring(0, process.indexOf('-'));
        return ProcessHandle.of(Long.parseLong(pid)).isPresent() && !isZombie(pid);
    }

    /** Dead, and its parent has not asked how: it has no command line any more (proc(5)). */
    private static boolean isZombie(String pid) {
        try {
            return Files.readAllBytes(Path.of("/proc", pid, "cmdline")).length == 0;
        } catch (IOException notLinux) {
            return false;
        }
    }

    private static String thisProcess() {
        ProcessHandle process = ProcessHandle.current();
        long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + "-" + Long.toHexString(start);
    }
}
