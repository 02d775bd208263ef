package io.fluxo.experiments.spec;

import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Key;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of a study under which files stand. A relative path counts from the folder of the file that names it; a study that was read holds
 * absolute ones, so that it means the same from everywhere.
 */
public final class FileKeys {

    /** Where {@code --corpus} puts its file. */
    public static final String CORPUS = "task." + TaskParts.CORPUS.name();

    public static final String INIT_FROM = "model." + ModelSpec.INIT_FROM.name();

    private FileKeys() {}

    /** Whether {@code value} is a path under {@code key}. */
    private static boolean isPath(Optional<Key<?>> key, Object value) {
        return key.isPresent() && key.get().type() instanceof Type.FilePath file && file.isPath((String) value);
    }

    /** Where {@code task} says what it learns from: the key of its file, or the whole section. */
    public static String of(TaskSpec task) {
        return task.fileKey().map(key -> "task." + key).orElse("task");
    }

    /** {@code study} with absolute paths; those that are relative count from {@code folder}. */
    static Study resolved(Study study, Path folder, Locations locations) {
        return new Resolution(study, folder, locations).resolved();
    }

    /** Makes the paths of one study absolute. */
    private record Resolution(Study study, Path folder, Locations locations) {

        Study resolved() {
            Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
            study.variants().forEach((name, values) -> variants.put(name, resolved(values, Text.format("variants.%s.", name))));
            Map<String, Map<String, List<Object>>> instead = new LinkedHashMap<>();
            study.tune().instead().forEach((variant, grid) -> instead.put(variant, grid(grid, Text.format("tune.instead.%s.", variant))));
            return study.withTask(study.task().withAll(section("task", study.task()))).withModel(study.model().withAll(section("model", study.model())))
                    .withVariants(variants).withVary(grid(study.vary(), "vary."))
                    .withTune(new Tune(study.tune().steps(), grid(study.tune().over(), "tune.over."), instead, study.tune().bounded(), study.tune().sampling()));
        }

        /** The values that are set in a section. */
        private Map<String, Object> section(String name, Settings<?> settings) {
            Map<String, Object> resolved = new LinkedHashMap<>();
            settings.set().forEach((key, value) -> resolved.put(key, absolute(name + "." + key, value, name + "." + key)));
            return resolved;
        }

        private Map<String, Object> resolved(Map<String, Object> values, String written) {
            Map<String, Object> resolved = new LinkedHashMap<>();
            values.forEach((key, value) -> resolved.put(key, absolute(key, value, written + key)));
            return resolved;
        }

        private Map<String, List<Object>> grid(Map<String, List<Object>> grid, String written) {
            Map<String, List<Object>> resolved = new LinkedHashMap<>();
            grid.forEach((key, values) -> {
                List<Object> listed = values.stream().map(value -> absolute(key, value, written + key)).toList();
                HashSet<Object> seen = new HashSet<>();
                listed.stream().filter(value -> !seen.add(value)).findFirst().ifPresent(twice -> {
                    throw locations.complaint(written + key, Text.format("lists %s twice", twice)); // written in two ways
                });
                resolved.put(key, listed);
            });
            return resolved;
        }

        /** @param written where the key stands */
        private Object absolute(String key, Object value, String written) {
            return isPath(study.key(key), value) ? FileKeys.absolute(value.toString(), folder, written, locations) : value;
        }
    }

    /** The path {@code text}, which stands under {@code key}, counted from {@code folder}. */
    private static String absolute(String text, Path folder, String key, Locations locations) {
        try {
            Path path = folder.toAbsolutePath().resolve(text);
            Path plain = path.normalize();
            return (leadElsewhere(path, plain) ? path : plain).toString();
        } catch (InvalidPathException e) {
            throw locations.complaint(key, "not a path: " + e.getMessage());
        }
    }

    /** Whether dots were more than dots: {@code link/..} is where the link leads. */
    private static boolean leadElsewhere(Path path, Path plain) {
        try {
            return Files.exists(path) && !Files.isSameFile(path, plain);
        } catch (IOException unknown) {
            return true;
        }
    }

    /** The corpus {@code name} as the command line gives it: a path counts from the current folder. */
    public static String corpus(String name, Locations locations) {
        return TaskParts.CORPUS.type() instanceof Type.FilePath file && file.isPath(name) ? absolute(name, Path.of(""), CORPUS, locations) : name;
    }

    /** The values of {@code point} as they are {@linkplain #shown(Optional, List) told apart} among those of {@code grid}, where it is one of the points. */
    public static Map<String, Object> shown(Study study, Map<String, Object> point, Map<String, List<Object>> grid) {
        Map<String, Object> shown = new LinkedHashMap<>();
        point.forEach((key, value) -> shown.put(key, shown(study.key(key), grid.get(key)).get(grid.get(key).indexOf(value))));
        return shown;
    }

    /**
     * How the values listed under {@code key} are told apart in tables and results, which should not depend on where a study's files lie: a path by
     * the shortest end that no other of them has.
     */
    public static List<Object> shown(Optional<Key<?>> key, List<Object> values) {
        return values.stream().map(value -> isPath(key, value) ? end(value.toString(), values) : value).toList();
    }

    private static Object end(String value, List<Object> among) {
        Path path = Path.of(value);
        List<Path> others = among.stream().map(Object::toString).filter(other -> !other.equals(value)).map(Path::of).toList();
        for (int parts = 1; parts < path.getNameCount(); parts++) {
            Path end = path.subpath(path.getNameCount() - parts, path.getNameCount());
            if (others.stream().noneMatch(other -> other.endsWith(end))) {
                return end.toString().replace('\\', '/');
            }
        }
        return value;
    }
}
