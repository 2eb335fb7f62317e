package io.kubetun.spi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes down what a module offers to others: each exported type with its public and protected members. */
final class ApiSignature {
    private static final String CLASS_FILE = ".class";

    private ApiSignature() {}

    static List<String> of(Module module) {
        ModuleReference reference = module.getLayer()
                .configuration()
                .findModule(module.getName())
                .orElseThrow()
                .reference();
        Set<String> exported = module.getDescriptor().exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> lines = new ArrayList<>();
        lines.add("module " + module.getName());
        module.getDescriptor().requires().stream()
                .filter(requires -> requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
                .map(requires -> "  requires transitive " + requires.name())
                .sorted()
                .forEach(lines::add);
        try (ModuleReader reader = reference.open();
                Stream<String> resources = reader.list()) {
            resources
                    .filter(resource -> resource.endsWith(CLASS_FILE) && resource.contains("/"))
                    .map(resource -> resource.substring(0, resource.length() - CLASS_FILE.length())
                            .replace('/', '.'))
                    .filter(name -> exported.contains(name.substring(0, name.lastIndexOf('.'))))
                    .filter(name -> !name.endsWith("package-info"))
                    .sorted()
                    .forEach(name -> append(lines, Class.forName(module, name)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return lines;
    }

    private static void append(List<String> lines, Class<?> type) {
        if (!isVisible(type.getModifiers()) || type.isSynthetic()) {
            return;
        }
        lines.add(head(type));
        Stream.of(
                        Arrays.stream(type.getDeclaredFields())
                                .filter(field -> isVisible(field.getModifiers()) && !field.isSynthetic())
                                .map(ApiSignature::field),
                        Arrays.stream(type.getDeclaredConstructors())
                                .filter(constructor -> isVisible(constructor.getModifiers()))
                                .map(ApiSignature::constructor),
                        Arrays.stream(type.getDeclaredMethods())
                                .filter(method -> isVisible(method.getModifiers()) && !method.isSynthetic())
                                .map(ApiSignature::method))
                .flatMap(members -> members)
                .sorted()
                .forEach(member -> lines.add("  " + member));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String head(Class<?> type) {
        StringBuilder head = new StringBuilder(modifiers(type.accessFlags(), AccessFlag.SUPER, AccessFlag.ENUM))
                .append(type.isSealed() ? "sealed " : "")
                .append(type.isInterface() ? "" : type.isRecord() ? "record " : type.isEnum() ? "enum " : "class ")
                .append(type.getName());
        if (type.isRecord()) {
            head.append(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::toString)
                    .collect(Collectors.joining(", ", "(", ")")));
        }
        if (type.getGenericSuperclass() != null) {
            head.append(" extends ").append(type.getGenericSuperclass().getTypeName());
        }
        if (type.getInterfaces().length > 0) {
            head.append(" implements ").append(names(type.getGenericInterfaces()));
        }
        if (type.isSealed()) {
            head.append(" permits ").append(names(type.getPermittedSubclasses()));
        }
        return head.toString();
    }

    private static String field(Field field) {
        return modifiers(field.accessFlags(), AccessFlag.ENUM)
                + field.getGenericType().getTypeName() + " " + field.getName();
    }

    private static String constructor(Constructor<?> constructor) {
        return modifiers(constructor.accessFlags(), AccessFlag.VARARGS) + "<init>" + rest(constructor);
    }

    private static String method(Method method) {
        return (method.isDefault() ? "default " : "")
                + modifiers(method.accessFlags(), AccessFlag.VARARGS)
                + method.getGenericReturnType().getTypeName()
                + " "
                + method.getName()
                + rest(method);
    }

    private static String rest(Executable executable) {
        String parameters = "(" + names(executable.getGenericParameterTypes()) + ")";
        Type[] exceptions = executable.getGenericExceptionTypes();
        return exceptions.length == 0 ? parameters : parameters + " throws " + names(exceptions);
    }

    private static String modifiers(Set<AccessFlag> flags, AccessFlag... without) {
        Set<AccessFlag> shown = new TreeSet<>(flags);
        List.of(without).forEach(shown::remove);
        return shown.stream()
                .map(flag -> flag.name().toLowerCase(Locale.ROOT) + " ")
                .collect(Collectors.joining());
    }

    private static String names(Type[] types) {
        return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
    }
}
