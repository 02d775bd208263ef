package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
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
                    "seeds", "most_seeds", "margin", "measure", ConditionReader.KEY, ConditionReader.FROM);

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
        Binder binder = new Binder(source, catalog);
        Map<String, Node> entries = binder.mapping(root, "");
        binder.requireKnown(entries, "", KEYS);
        Optional<String> written = Optional.ofNullable(entries.get("study")).map(node -> (String) binder.value(node, Type.words(), "study"));
        Optional<Study> known = written.flatMap(defaults);
        String name = written.orElseGet(() -> unclaimed(fallbackName));
        Study named = known.orElse(Study.DEFAULT).withConditions(List.of()).named(name);
        Study silent = named.withTask(named.task().within(catalog));
        Study bound = bind(binder, entries, silent);
        Locations locations = binder.locations();
        Study study = FileKeys.resolved(bound, folder, locations);
        StudyCheck.check(study, catalog, locations);
        IdleKeys.refuse(study, silent, catalog, locations);
        return judged(study, known, binder, entries);
    }

    /** {@code study}, which is all right without them, with its conditions. */
    private Read judged(Study study, Optional<Study> known, Binder binder, Map<String, Node> entries) {
        Node written = entries.get(ConditionReader.KEY);
        Study listed = written == null ? study : study.withConditions(new ConditionReader(binder, study).read(written));
        Study judged = Optional.ofNullable(entries.get(ConditionReader.FROM)).map(node -> listed.judgedFrom((Integer) binder.value(node, Inquiry.JUDGED_FROM.type(), ConditionReader.FROM)))
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
        ConditionCheck.check(expected, catalog, locations);
        return new Read(expected, locations);
    }

    /** A name taken from a file never is that of a known study: only a file that writes {@code study: depth} means it. */
    private String unclaimed(String name) {
        return defaults.apply(name).isPresent() ? "my-" + name : name;
    }

    private static Study bind(Binder binder, Map<String, Node> entries, Study base) {
        Study bound = base;
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : entries.entrySet()) {
            String key = entry.getKey();
            Node node = entry.getValue();
            switch (key) {
                case "task" -> bound = bound.withTask(binder.bind(node, key, base.task()));
                case "model" -> bound = bound.withModel(binder.bind(node, key, base.model()));
                case "training" -> bound = bound.withTraining(binder.bind(node, key, base.training()));
                case "variants" -> bound = bound.withVariants(variants(binder, node, base));
                case "vary" -> bound = bound.withVary(grid(binder, node, key, base));
                case "tune" -> bound = bound.withTune(tune(binder, node, base));
                case "measure" -> plain.put(key, List.copyOf(new LinkedHashSet<>(binder.list(node, Type.words(), key))));
                case "study", ConditionReader.KEY, ConditionReader.FROM -> { } // conditions are about what all the rest comes to
                default -> plain.put(key, binder.value(node, Inquiry.KEYS.find(key).orElseThrow().type(), key));
            }
        }
        return bound.with(base.inquiry().withAll(plain));
    }

    private static Map<String, Map<String, Object>> variants(Binder binder, Node node, Study study) {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        binder.mapping(node, "variants").forEach((name, changes) -> {
            String path = "variants." + name;
            Map<String, Object> values = new LinkedHashMap<>();
            binder.mapping(changes, path).forEach((key, value) -> values.put(key, plain(binder.value(value, type(binder, path, key, study), path + "." + key))));
            variants.put(name, values);
        });
        return variants;
    }

    private static Tune tune(Binder binder, Node node, Study study) {
        Tune defaults = study.tune();
        Map<String, Node> entries = binder.mapping(node, "tune");
        binder.requireKnown(entries, "tune", Tune.KEYS);
        Map<String, Map<String, List<Object>>> instead = new LinkedHashMap<>(defaults.instead());
        Map<String, Map<String, Range>> rangesInstead = new LinkedHashMap<>(defaults.sampling().instead());
        if (entries.containsKey("instead")) {
            instead.clear();
            rangesInstead.clear();
            binder.mapping(entries.get("instead"), "tune.instead").forEach((variant, tried) -> {
                Space space = space(binder, tried, "tune.instead." + variant, study);
                instead.put(variant, space.lists);
                rangesInstead.put(variant, space.ranges);
            });
        }
        instead.keySet().forEach(variant -> rangesInstead.putIfAbsent(variant, Map.of())); // what stands in place of over has none of its ranges
        Space over = entries.containsKey("over") ? space(binder, entries.get("over"), "tune.over", study) : new Space(defaults.over(), defaults.sampling().over());
        Map<String, String> bounded = new LinkedHashMap<>(defaults.bounded());
        if (entries.containsKey("bounded")) {
            bounded.clear();
            binder.mapping(entries.get("bounded"), "tune.bounded").forEach((key, reason) -> {
                type(binder, "tune.bounded", key, study);
                bounded.put(key, (String) binder.value(reason, Type.words(), "tune.bounded." + key));
            });
        }
        Sampling sampling = sampling(binder, entries, defaults.sampling(), over.ranges, rangesInstead);
        return new Tune(entries.containsKey("steps") ? (Integer) binder.value(entries.get("steps"), Type.whole(0), "tune.steps") : defaults.steps(),
                over.lists, instead, bounded,
                entries.containsKey("extend") ? (Integer) binder.value(entries.get("extend"), Tune.EXTEND, "tune.extend") : sampling.draws() ? 0 : defaults.extend(),
                entries.containsKey("seeds") ? (Integer) binder.value(entries.get("seeds"), Tune.SEEDS, "tune.seeds") : defaults.seeds(),
                sampling);
    }

    private static Sampling sampling(Binder binder, Map<String, Node> entries, Sampling defaults, Map<String, Range> over, Map<String, Map<String, Range>> instead) {
        Sampling.Method method = entries.containsKey("method") ? (Sampling.Method) binder.value(entries.get("method"), Type.label(Sampling.Method.class), "tune.method")
                : defaults.method();
        int standard = method == Sampling.Method.HALVING ? Sampling.FACTOR : 0;
        return new Sampling(method, whole(binder, entries, "trials", defaults.trials()), whole(binder, entries, "least_steps", defaults.leastSteps()),
                whole(binder, entries, "factor", defaults.factor() == 0 ? standard : defaults.factor()), over, instead, Map.of());
    }

    private static int whole(Binder binder, Map<String, Node> entries, String key, int standard) {
        return entries.containsKey(key) ? (Integer) binder.value(entries.get(key), Type.whole(0), "tune." + key) : standard;
    }

    /** Dotted keys with a list of values each, and those with a range. */
    private record Space(Map<String, List<Object>> lists, Map<String, Range> ranges) {}

    private static Space space(Binder binder, Node node, String section, Study study) {
        Map<String, List<Object>> lists = new LinkedHashMap<>();
        Map<String, Range> ranges = new LinkedHashMap<>();
        binder.mapping(node, section).forEach((key, values) -> {
            if (values instanceof MappingNode) {
                ranges.put(key, range(binder, values, section + "." + key, type(binder, section, key, study)));
            } else {
                lists.put(key, listed(binder, key, values, section, study));
            }
        });
        return new Space(lists, ranges);
    }

    /** {@code {from: 1e-4, to: 1e-1, scale: log}}. */
    private static Range range(Binder binder, Node node, String path, Type<?> type) {
        Type<?> single = type instanceof Type.ByLayer<?>(var item) ? item : type;
        if (!(single instanceof Type.Whole) && !(single instanceof Type.Real)) {
            throw binder.at(node, path, "is not a number, which a range is of: list its values");
        }
        Map<String, Node> entries = binder.mapping(node, path);
        binder.requireKnown(entries, path, List.of(Range.FROM, Range.TO, Range.SCALE));
        for (String end : List.of(Range.FROM, Range.TO)) {
            if (!entries.containsKey(end)) {
                throw binder.at(node, path, Text.format("must say %s, as in {from: 1, to: 10}", end));
            }
        }
        Range.Scale scale = entries.containsKey(Range.SCALE) ? (Range.Scale) binder.value(entries.get(Range.SCALE), Type.label(Range.Scale.class), path + "." + Range.SCALE)
                : Range.Scale.LINEAR;
        double from = end(binder, entries.get(Range.FROM), path + "." + Range.FROM, single);
        double to = end(binder, entries.get(Range.TO), path + "." + Range.TO, single);
        if (!(from < to)) {
            throw binder.at(node, path, Text.format("must go from a smaller number to a larger one, not from %s to %s", Values.label(from), Values.label(to)));
        }
        if (scale == Range.Scale.LOG && from <= 0) {
            throw binder.at(node, path, Text.format("scale: log needs a range above 0, not from %s", Values.label(from)));
        }
        return new Range(from, to, scale, single instanceof Type.Whole);
    }

    private static <T> double end(Binder binder, Node node, String path, Type<T> type) {
        @SuppressWarnings("unchecked")
        T value = (T) binder.value(node, type, path);
        type.objections(value).stream().findFirst().ifPresent(objection -> {
            throw binder.at(node, path, objection);
        });
        return ((Number) value).doubleValue();
    }

    /** Dotted keys with a list of values each. */
    private static Map<String, List<Object>> grid(Binder binder, Node node, String section, Study study) {
        Map<String, List<Object>> grid = new LinkedHashMap<>();
        binder.mapping(node, section).forEach((key, values) -> grid.put(key, listed(binder, key, values, section, study)));
        return grid;
    }

    private static List<Object> listed(Binder binder, String key, Node values, String section, Study study) {
        String path = section + "." + key;
        List<Object> listed = binder.list(values, type(binder, section, key, study), path).stream().map(StudyReader::plain).toList();
        if (listed.isEmpty()) {
            throw binder.at(values, path, "must list at least one value");
        }
        Set<Object> seen = new HashSet<>();
        for (Object value : listed) {
            if (!seen.add(value)) {
                throw binder.at(values, path, Text.format("lists %s twice", Values.label(value)));
            }
        }
        return listed;
    }

    /** The type of what stands under the dotted {@code key} of {@code section}. */
    private static Type<?> type(Binder binder, String section, String key, Study study) {
        int dot = key.indexOf('.');
        String first = dot < 0 ? "" : key.substring(0, dot);
        String path = section + "." + key;
        Settings<?> settings = study.sections().get(first);
        if (settings == null) {
            throw binder.locations().complaint(path,
                    Text.format("'%s' is not a dotted key such as model.placement; it begins with one of %s", key, String.join(", ", study.sections().keySet())));
        }
        return settings.keys().find(key.substring(dot + 1)).orElseThrow(() -> binder.locations().complaint(path,
                BadInput.legal("unknown key", key, settings.keys().names().stream().map(name -> first + "." + name).toList()))).type();
    }

    /** A value for all layers is that value. */
    private static Object plain(Object value) {
        return value instanceof PerLayer<?> layers && layers.isUniform() ? layers.standard() : value;
    }
}
