package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.PerLayer;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a {@link Study} from YAML and checks all of it, every point of its grid included.
 *
 * @param catalog what placements and norms there are
 * @param defaults the name of a study that is known → what its missing keys mean
 */
public record StudyReader(Catalog catalog, Function<String, Optional<Study>> defaults) {

    private static final List<String> KEYS =
            List.of("study", "question", "hypothesis", "expected", "task", "model", "training", "variants", "vary", "tune", "compare_on",
                    "seeds", "measure", ConditionReader.KEY, ConditionReader.FROM);

    /** The keys that {@code vary} can reach, by section. */
    static final Map<String, Class<? extends Record>> SECTIONS = sections();

    /** A study, and where its keys stand. */
    public record Read(Study study, Locations locations) {}

    /** @throws BadInput if the file cannot be read, is not YAML, or is no study that can be carried out */
    public Read read(Path file) {
        String name = file.getFileName() == null ? "study" : file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
        return read(file.toString(), name.replaceAll("[^A-Za-z0-9._-]", "-"), folder, YamlFile.read(file));
    }

    /** The same from a text; {@code source} names it in messages. */
    public Read parse(String source, String text) {
        return read(source, "study", Path.of(""), YamlFile.parse(source, text));
    }

    private Read read(String source, String fallbackName, Path folder, Node root) {
        Binder binder = new Binder(source);
        Map<String, Node> entries = binder.mapping(root, "");
        binder.requireKnown(entries, "", KEYS);
        Optional<String> written = Optional.ofNullable(entries.get("study")).map(node -> (String) binder.value(node, String.class, "study"));
        Optional<Study> known = written.flatMap(defaults);
        String name = written.orElseGet(() -> unclaimed(fallbackName));
        Study silent = known.orElse(Study.DEFAULT).withConditions(List.of()).named(name);
        Study bound = bind(binder, entries, silent);
        Locations locations = binder.locations();
        Study study = FileKeys.resolved(bound, folder, locations);
        StudyCheck.check(study, catalog, locations);
        IdleKeys.refuse(study, silent, catalog, locations);
        return judged(study, known, binder, entries);
    }

    /** {@code study}, which is all right without them, with its conditions. */
    private static Read judged(Study study, Optional<Study> known, Binder binder, Map<String, Node> entries) {
        Node written = entries.get(ConditionReader.KEY);
        Study listed = written == null ? study : study.withConditions(new ConditionReader(binder, study).read(written));
        Study judged = Optional.ofNullable(entries.get(ConditionReader.FROM)).map(node -> listed.judgedFrom((Integer) binder.value(node, Integer.class, ConditionReader.FROM)))
                .orElse(listed);
        Locations locations = binder.locations();
        known.ifPresent(builtIn -> {
            boolean itsOwn = judged.conditions().isEmpty() || judged.conditions().equals(builtIn.conditions());
            if (!itsOwn || judged.judgedFrom() != 0 && judged.judgedFrom() != builtIn.leastSteps()) {
                throw locations.complaint(itsOwn ? ConditionReader.FROM : ConditionReader.KEY, Text.format("the built-in study '%s' is judged by conditions of its own:"
                        + " leave this out, or give the study another name", study.name()));
            }
        });
        if (known.isEmpty() && judged.conditions().isEmpty() && study.expected() != StudyVerdict.INCONCLUSIVE) {
            throw locations.complaint("expected", Text.format("there are no conditions to judge the study '%s' by, so that it cannot be '%s': write conditions,"
                    + " or leave it out", study.name(), study.expected().label()));
        }
        boolean silent = known.isEmpty() && !judged.conditions().isEmpty() && !entries.containsKey("expected");
        Study expected = silent ? judged.asking(study.question(), study.hypothesis(), StudyVerdict.HOLDS) : judged;
        ConditionCheck.check(expected, locations);
        return new Read(expected, locations);
    }

    /** A name taken from a file never is that of a known study: only who writes {@code study: depth} means it. */
    private String unclaimed(String name) {
        return defaults.apply(name).isPresent() ? "my-" + name : name;
    }

    private static Study bind(Binder binder, Map<String, Node> entries, Study base) {
        TaskSpec task = base.task();
        ModelSpec model = base.model();
        TrainingSpec training = base.training();
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : entries.entrySet()) {
            String key = entry.getKey();
            Node node = entry.getValue();
            switch (key) {
                case "task" -> task = binder.bind(node, key, task);
                case "model" -> model = binder.bind(node, key, model);
                case "training" -> training = binder.bind(node, key, training);
                case "variants" -> plain.put(key, variants(binder, node));
                case "vary" -> plain.put(key, grid(binder, node, key));
                case "tune" -> plain.put(key, tune(binder, node, base.tune()));
                case "measure" -> plain.put(key, List.copyOf(new java.util.LinkedHashSet<>(binder.list(node, String.class, key))));
                case "study", ConditionReader.KEY, ConditionReader.FROM -> { } // conditions are about what all the rest comes to
                default -> plain.put(key, binder.value(node, RecordKeys.types(Study.class).get(key), key));
            }
        }
        plain.put("task", task);
        plain.put("model", model);
        plain.put("training", training);
        return RecordKeys.with(base, plain);
    }

    private static Map<String, Map<String, Object>> variants(Binder binder, Node node) {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        binder.mapping(node, "variants").forEach((name, changes) -> {
            String path = "variants." + name;
            Map<String, Object> values = new LinkedHashMap<>();
            binder.mapping(changes, path).forEach((key, value) -> values.put(key, plain(binder.value(value, type(binder, path, key), path + "." + key))));
            variants.put(name, values);
        });
        return variants;
    }

    private static Tune tune(Binder binder, Node node, Tune defaults) {
        Map<String, Node> entries = binder.mapping(node, "tune");
        binder.requireKnown(entries, "tune", RecordKeys.keys(Tune.class));
        Map<String, Map<String, List<Object>>> instead = new LinkedHashMap<>(defaults.instead());
        if (entries.containsKey("instead")) {
            instead.clear();
            binder.mapping(entries.get("instead"), "tune.instead")
                    .forEach((variant, grid) -> instead.put(variant, grid(binder, grid, "tune.instead." + variant)));
        }
        Map<String, String> bounded = new LinkedHashMap<>(defaults.bounded());
        if (entries.containsKey("bounded")) {
            bounded.clear();
            binder.mapping(entries.get("bounded"), "tune.bounded").forEach((key, reason) -> {
                type(binder, "tune.bounded", key);
                bounded.put(key, (String) binder.value(reason, String.class, "tune.bounded." + key));
            });
        }
        return new Tune(entries.containsKey("steps") ? (Integer) binder.value(entries.get("steps"), Integer.class, "tune.steps") : defaults.steps(),
                entries.containsKey("over") ? grid(binder, entries.get("over"), "tune.over") : defaults.over(), instead, bounded);
    }

    /** Dotted keys with a list of values each. */
    private static Map<String, List<Object>> grid(Binder binder, Node node, String section) {
        Map<String, List<Object>> grid = new LinkedHashMap<>();
        binder.mapping(node, section).forEach((key, values) -> {
            String path = section + "." + key;
            List<Object> listed = binder.list(values, type(binder, section, key), path).stream().map(StudyReader::plain).toList();
            if (listed.isEmpty()) {
                throw binder.at(values, path, "must list at least one value");
            }
            Set<Object> seen = new HashSet<>();
            for (Object value : listed) {
                if (!seen.add(value)) {
                    throw binder.at(values, path, Text.format("lists %s twice", Values.label(value)));
                }
            }
            grid.put(key, listed);
        });
        return grid;
    }

    /** The type of what stands under the dotted {@code key} of {@code section}. */
    private static Type type(Binder binder, String section, String key) {
        int dot = key.indexOf('.');
        String first = dot < 0 ? "" : key.substring(0, dot);
        String path = section + "." + key;
        if (!SECTIONS.containsKey(first)) {
            throw binder.locations().complaint(path,
                    Text.format("'%s' is not a dotted key such as model.placement; it begins with one of %s", key, String.join(", ", SECTIONS.keySet())));
        }
        Type type = RecordKeys.types(SECTIONS.get(first)).get(key.substring(dot + 1));
        if (type == null) {
            List<String> legal = RecordKeys.keys(SECTIONS.get(first)).stream().map(name -> first + "." + name).toList();
            throw binder.locations().complaint(path, BadInput.legal("unknown key", key, legal));
        }
        return boxed(type);
    }

    /** A value for all layers is that value. */
    private static Object plain(Object value) {
        return value instanceof PerLayer<?> layers && layers.isUniform() ? layers.standard() : value;
    }

    private static Type boxed(Type type) {
        return type == int.class ? Integer.class : type == double.class ? Double.class : type == boolean.class ? Boolean.class : type;
    }

    private static Map<String, Class<? extends Record>> sections() {
        Map<String, Class<? extends Record>> sections = new LinkedHashMap<>();
        sections.put("task", TaskSpec.class);
        sections.put("model", ModelSpec.class);
        sections.put("training", TrainingSpec.class);
        return java.util.Collections.unmodifiableMap(sections);
    }
}
