package io.kubetun.distribution.image;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a program is made of.
 *
 * @param jars the files of its modules
 * @param ofJdk the names of the modules of the JDK that they need
 */
record NeededModules(Set<Path> jars, Set<String> ofJdk) {
    /**
     * Follows what modules require.
     *
     * @param lib where modules are
     * @param roots the names of the first ones
     * @throws IOException if one is missing
     */
    static NeededModules of(Path lib, Collection<String> roots) throws IOException {
        ModuleFinder ours = ModuleFinder.of(lib);
        ModuleFinder system = ModuleFinder.ofSystem();
        Set<Path> jars = new TreeSet<>();
        Set<String> ofJdk = new TreeSet<>();
        Set<String> seen = new TreeSet<>(roots);
        Queue<String> left = new ArrayDeque<>(seen);
        for (String name = left.poll(); name != null; name = left.poll()) {
            Optional<ModuleReference> found = ours.find(name);
            if (found.isEmpty()) {
                if (system.find(name).isEmpty()) {
                    throw new IOException("there is no module " + name + " in " + lib);
                }
                ofJdk.add(name);
                continue;
            }
            jars.add(Path.of(found.get().location().orElseThrow()));
            found.get().descriptor().requires().stream()
                    .filter(each -> !each.modifiers().contains(Requires.Modifier.STATIC))
                    .map(Requires::name)
                    .filter(seen::add)
                    .forEach(left::add);
        }
        return new NeededModules(jars, ofJdk);
    }
}
