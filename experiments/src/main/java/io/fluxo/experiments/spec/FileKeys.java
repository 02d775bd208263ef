package io.fluxo.experiments.spec;

import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys of a study under which files stand. A relative path counts from the folder of the file that names it; a study that was read holds
 * absolute ones, so that it means the same from everywhere.
 */
public final class FileKeys {

    public static final String CORPUS = "task.corpus";
    public static final String FILE = "task.file";
    public static final String INIT_FROM = "model.init_from";

    private FileKeys() {}

    /** Whether {@code value} is a path under {@code key}. */
    private static boolean isPath(String key, Object value) {
        return switch (key) {
            case CORPUS -> !value.equals(TaskSpec.WORDNET) && !value.toString().isBlank();
            case FILE, INIT_FROM -> !value.toString().isBlank();
            default -> false;
        };
    }

    /** Where {@code task} says what it learns from: the key of its file, or the whole section. */
    public static String of(TaskSpec task) {
        return switch (task.kind()) {
            case CHAR_LM -> CORPUS;
            case TOKENS -> FILE;
            case MARKOV, RECALL, INDUCTION, SORT, COPY -> "task";
        };
    }

    /** {@code study} with absolute paths; those that are relative count from {@code folder}. */
    static Study resolved(Study study, Path folder, Locations locations) {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        study.variants().forEach((name, values) -> variants.put(name, resolved(values, folder, Text.format("variants.%s.", name), locations)));
        Map<String, Map<String, List<Object>>> instead = new LinkedHashMap<>();
        study.tune().instead().forEach((variant, grid) -> instead.put(variant, grid(grid, folder, Text.format("tune.instead.%s.", variant), locations)));
        return study.withTask(study.task()
                        .withCorpus((String) absolute(CORPUS, study.task().corpus(), folder, CORPUS, locations))
                        .withFile((String) absolute(FILE, study.task().file(), folder, FILE, locations)))
                .withModel(RecordKeys.with(study.model(), Map.of("init_from", absolute(INIT_FROM, study.model().initFrom(), folder, INIT_FROM, locations))))
                .withVariants(variants)
                .withVary(grid(study.vary(), folder, "vary.", locations))
                .withTune(new Tune(study.tune().steps(), grid(study.tune().over(), folder, "tune.over.", locations), instead, study.tune().bounded()));
    }

    private static Map<String, Object> resolved(Map<String, Object> values, Path folder, String section, Locations locations) {
        Map<String, Object> resolved = new LinkedHashMap<>();
        values.forEach((key, value) -> resolved.put(key, absolute(key, value, folder, section + key, locations)));
        return resolved;
    }

    private static Map<String, List<Object>> grid(Map<String, List<Object>> grid, Path folder, String section, Locations locations) {
        Map<String, List<Object>> resolved = new LinkedHashMap<>();
        grid.forEach((key, values) -> {
            List<Object> listed = values.stream().map(value -> absolute(key, value, folder, section + key, locations)).toList();
            HashSet<Object> seen = new HashSet<>();
            listed.stream().filter(value -> !seen.add(value)).findFirst().ifPresent(twice -> {
                throw locations.complaint(section + key, Text.format("lists %s twice", twice)); // written in two ways
            });
            resolved.put(key, listed);
        });
        return resolved;
    }

    private static Object absolute(String key, Object value, Path folder, String written, Locations locations) {
        return isPath(key, value) ? absolute(value.toString(), folder, written, locations) : value;
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
        return (String) absolute(CORPUS, name, Path.of(""), CORPUS, locations);
    }

    /** The values of {@code point} as they are {@linkplain #shown(String, List) told apart} among those of {@code grid}, where it is one of the points. */
    public static Map<String, Object> shown(Map<String, Object> point, Map<String, List<Object>> grid) {
        Map<String, Object> shown = new LinkedHashMap<>();
        point.forEach((key, value) -> shown.put(key, shown(key, grid.get(key)).get(grid.get(key).indexOf(value))));
        return shown;
    }

    /**
     * How the values listed under {@code key} are told apart in tables and results, which should not depend on where a study's files lie: a path by
     * the shortest end that no other of them has.
     */
    public static List<Object> shown(String key, List<Object> values) {
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
