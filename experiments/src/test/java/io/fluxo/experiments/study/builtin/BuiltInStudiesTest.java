package io.fluxo.experiments.study.builtin;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the studies judged by conditions: each verdict can be reached, and every condition can break it. */
class BuiltInStudiesTest {

    private static final Tasks TASKS = new Tasks(Fixtures.ALL);

    /** What a variant is made to show; its losses are final_loss and validation_loss, everything else a figure, the end points of a curve, or measure@layer. */
    private record Shown(Map<String, Double> figures) {

        static Shown of(Object... namesAndValues) {
            Map<String, Double> figures = new HashMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                figures.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).doubleValue());
            }
            return new Shown(figures);
        }

        Shown with(String name, double value) {
            Map<String, Double> changed = new HashMap<>(figures);
            changed.put(name, value);
            return new Shown(changed);
        }

        /** measure@layer → value, as curves. */
        List<AxisCurve> byLayer() {
            Map<String, Map<Double, Double>> curves = new TreeMap<>();
            figures.forEach((name, value) -> {
                if (name.contains("@")) {
                    String[] parts = name.split("@");
                    curves.computeIfAbsent(parts[0], _ -> new TreeMap<>()).put(Double.valueOf(parts[1]), value);
                }
            });
            return curves.entrySet().stream().map(curve -> new AxisCurve(curve.getKey(), "layer", List.copyOf(curve.getValue().keySet()), List.copyOf(curve.getValue().values()))).toList();
        }
    }

    private static final double ENTROPY = 3.097;

    /** Study, what its variants show where the hypothesis holds, and for each condition a variant that breaks it by showing something else. */
    static Stream<Arguments> studies() {
        Map<String, Shown> recall = new HashMap<>();
        Stream.of("transformer-pre", "transformer-post").forEach(variant -> recall.put(variant, Shown.of("accuracy_at_32_pairs", 0.99)));
        Stream.of("no-attention", "ngram").forEach(variant -> recall.put(variant, Shown.of("accuracy_at_32_pairs", 0.016)));
        Stream.of("gru", "rnn").forEach(variant -> recall.put(variant, Shown.of("accuracy_at_32_pairs", 0.2)));
        Shown half = Shown.of("accuracy_at_32_pairs", 0.7);
        Map<String, Shown> placements = new HashMap<>();
        List<Object> names = definition("placements").study().vary().get("model.placement");
        names.forEach(name -> placements.put("placement=" + name, Shown.of("final_loss", 2.7)));
        Map<String, Shown> depth = new HashMap<>();
        for (int layers : List.of(2, 6, 12, 24)) {
            for (int warmup : List.of(1, 75)) {
                depth.put("placement=pre,n_layers=%d,warmup=%d".formatted(layers, warmup), Shown.of("final_loss", 2.7));
                depth.put("placement=post,n_layers=%d,warmup=%d".formatted(layers, warmup), Shown.of("final_loss", ENTROPY));
            }
        }
        Map<String, Shown> components = new HashMap<>();
        definition("components").study().variants().keySet().forEach(name -> components.put(name, Shown.of("final_loss", 2.7, "stream_gradient_spread_at_start", 2)));
        components.put("no-residual", Shown.of("final_loss", 3.1, "stream_gradient_spread_at_start", 9));
        components.put("no-norm", Shown.of("final_loss", 2.8, "stream_gradient_spread_at_start", 3));
        Map<String, Shown> norms = new HashMap<>();
        definition("norms").study().vary().get("model.norm").forEach(name -> norms.put("norm=" + name, Shown.of("final_loss", 2.7)));
        Map<String, Shown> context = new HashMap<>();
        definition("context").study().variants().keySet().forEach(name -> context.put(name, Shown.of("first", 2.7, "last", 2.2)));
        context.put("no-attention", Shown.of("first", 2.6, "last", 2.6));
        Shown late = Shown.of("validation_loss", 2.18, "lens_kl_by_layer@2", 1.3, "contribution_norm_by_layer@0", 0.08, "contribution_norm_by_layer@4", 0.7);
        Shown gradual = Shown.of("validation_loss", 2.21, "lens_kl_by_layer@2", 0.6, "contribution_norm_by_layer@0", 0.2, "contribution_norm_by_layer@4", 0.5);
        return Stream.of(
                Arguments.of("twins", Map.of("placement=pre", gradual, "placement=post", late), List.of(Map.entry("placement=post", late.with("validation_loss", 2.4)),
                        Map.entry("placement=post", late.with("validation_loss", 2.0)), Map.entry("placement=pre", gradual.with("lens_kl_by_layer@2", 1.4)),
                        Map.entry("placement=pre", gradual.with("contribution_norm_by_layer@0", 0.05)), Map.entry("placement=pre", gradual.with("contribution_norm_by_layer@4", 0.75)))),
                Arguments.of("recall", recall, List.of(Map.entry("transformer-pre", half), Map.entry("transformer-post", half), Map.entry("no-attention", half),
                        Map.entry("ngram", half), Map.entry("gru", half), Map.entry("rnn", half))),
                Arguments.of("induction", Map.of("n_layers=1", Shown.of("final_loss", 3.4), "n_layers=2", Shown.of("final_loss", 0.01)),
                        List.of(Map.entry("n_layers=2", Shown.of("final_loss", 0.6)), Map.entry("n_layers=1", Shown.of("final_loss", 1.9)))),
                Arguments.of("placements", placements, Stream.concat(names.stream().map(name -> Map.entry("placement=" + name, Shown.of("final_loss", 3.05))),
                        Stream.of(Map.entry("placement=pre", Shown.of("final_loss", 2.8)))).toList()),
                Arguments.of("components", components, List.of(Map.entry("no-residual", Shown.of("final_loss", 2.8, "stream_gradient_spread_at_start", 9)),
                        Map.entry("no-norm", Shown.of("final_loss", 2.8, "stream_gradient_spread_at_start", 1.9)))),
                Arguments.of("norms", norms, List.of(Map.entry("norm=rms_norm", Shown.of("final_loss", 2.85)),
                        Map.entry("norm=rms_norm", Shown.of("final_loss", 2.55)))),
                Arguments.of("depth", depth, Stream.concat(
                        Stream.of(2, 6, 12, 24).flatMap(layers -> Stream.of(1, 75).map(warmup -> Map.entry(
                                "placement=pre,n_layers=%d,warmup=%d".formatted(layers, warmup), Shown.of("final_loss", 3.0)))),
                        Stream.of(12, 24).map(layers -> Map.entry("placement=post,n_layers=%d,warmup=75".formatted(layers), Shown.of("final_loss", 2.7)))).toList()),
                Arguments.of("context", context, List.of(Map.entry("attention", Shown.of("first", 2.7, "last", 2.5)),
                        Map.entry("no-attention", Shown.of("first", 2.6, "last", 2.4)))));
    }

    @ParameterizedTest
    @MethodSource("studies")
    void holdsOnWhatIsExpectedAndEveryConditionCanBreakIt(String name, Map<String, Shown> good, List<Map.Entry<String, Shown>> breaking) {
        StudyDefinition definition = definition(name);
        List<PreparedTrial> trials = trials(definition.study());
        Judgement judgement = judge(definition, trials, good, -1);
        assertThat(judgement.verdict()).as(judgement.why()).isEqualTo(StudyVerdict.HOLDS).isEqualTo(definition.study().expected());
        assertThat(judgement.criteria()).hasSize(breaking.size());
        for (int i = 0; i < breaking.size(); i++) {
            Map<String, Shown> broken = new HashMap<>(good);
            broken.put(breaking.get(i).getKey(), breaking.get(i).getValue());
            Judgement other = judge(definition, trials, broken, 1); // in one seed alone
            boolean everySeed = judgement.criteria().get(i).statement().endsWith("in every seed");
            assertThat(other.verdict()).as("condition %d", i).isEqualTo(everySeed ? StudyVerdict.DOES_NOT_HOLD : StudyVerdict.HOLDS);
            Judgement all = judge(definition, trials, broken, -1);
            assertThat(all.verdict()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
            assertThat(all.criteria().get(i).met()).as(all.criteria().get(i).statement()).isFalse();
            assertThat(all.why()).contains("conditions are not met");
        }
    }

    @ParameterizedTest
    @MethodSource("studies")
    void saysNothingWhereItCannot(String name, Map<String, Shown> good, List<Map.Entry<String, Shown>> breaking) {
        StudyDefinition definition = definition(name);
        Study study = definition.study();
        List<PreparedTrial> trials = trials(study);
        List<TrialResult> results = results(trials, good, Map.of(), -1);
        VerdictRule rule = definition.rule();
        assertInconclusive(rule.judge(study.withTraining(study.training().with(STEPS, study.training().get(STEPS) - 1)), trials, results), "steps are too few");
        assertInconclusive(rule.judge(study.withVariants(Map.of("other", Map.of())), trials, results), "defined for the variants");
        assertInconclusive(rule.judge(study, trials, results.subList(1, results.size())), "failed or are missing");
        assertThat(breaking).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void canBeCarriedOutAndExplainsItself(String name) {
        Study study = definition(name).study();
        assertThat(study.question()).endsWith("?");
        assertThat(study.hypothesis()).isNotBlank();
        assertThat(new StudyReader(Fixtures.ALL, StudyLibrary.standard()::defaults).parse("study.yaml", StudyWriter.write(study)).study()).isEqualTo(study);
    }

    @Test
    void whatIsTakenAwayTogetherIsAllTakenAway() {
        Map<String, Map<String, Object>> variants = definition("components").study().variants();
        assertThat(variants.get("no-residual-no-norm")).isEqualTo(Map.of("model.placement", Choice.of("none"), "model.residual", ResidualKind.NONE));
        assertThat(variants.get("no-ffn-no-norm")).isEqualTo(Map.of("model.placement", Choice.of("none"), "model.ffn", false));
    }

    @Test
    void theStudiesAreKnownByTheirNames() {
        assertThat(StudyLibrary.standard().names()).containsExactlyInAnyOrder("pre-vs-post", "placements", "components", "norms", "depth", "recall", "induction",
                "context", "twins");
        assertThat(StudyLibrary.standard().find("other")).isEmpty();
    }

    @Test
    void aTrialThatDivergesIsWorseThanAnyLoss() {
        StudyDefinition definition = definition("components");
        List<PreparedTrial> trials = trials(definition.study());
        List<TrialResult> results = trials.stream().map(PreparedTrial::trial).map(trial -> trial.variant().equals("no-residual")
                ? result(trial, TrialStatus.DIVERGED, Shown.of()) : result(trial, TrialStatus.FINISHED,
                Shown.of("final_loss", 2.7, "stream_gradient_spread_at_start", trial.variant().equals("no-norm") ? 3 : 2))).toList();
        Judgement judgement = definition.rule().judge(definition.study(), trials, results);
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.HOLDS);
        assertThat(judgement.criteria().getFirst().measured()).isEqualTo("diverged · diverged · diverged");
    }

    private static void assertInconclusive(Judgement judgement, String why) {
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.INCONCLUSIVE);
        assertThat(judgement.why()).contains(why);
    }

    private static StudyDefinition definition(String name) {
        return StudyLibrary.standard().find(name).orElseThrow();
    }

    private static List<PreparedTrial> trials(Study study) {
        return Trials.prepare(Trials.of(study, 1), TASKS, Locations.of("test"));
    }

    private static Judgement judge(StudyDefinition definition, List<PreparedTrial> trials, Map<String, Shown> shown, int seed) {
        Map<String, Shown> good = studies().filter(arguments -> arguments.get()[0].equals(definition.name())).map(arguments -> {
            @SuppressWarnings("unchecked")
            Map<String, Shown> map = (Map<String, Shown>) arguments.get()[1];
            return map;
        }).findFirst().orElseThrow();
        return definition.rule().judge(definition.study(), trials, results(trials, shown, good, seed));
    }

    /** @param seed in which {@code shown} is shown, {@code otherwise} in the others; −1 for all */
    private static List<TrialResult> results(List<PreparedTrial> trials, Map<String, Shown> shown, Map<String, Shown> otherwise, int seed) {
        return trials.stream().map(PreparedTrial::trial).map(trial -> result(trial, TrialStatus.FINISHED,
                (seed < 0 || trial.seed() == seed ? shown : otherwise).get(trial.variant()))).toList();
    }

    private static TrialResult result(Trial trial, TrialStatus outcome, Shown shown) {
        Findings findings = Findings.NONE;
        for (Map.Entry<String, Double> figure : shown.figures.entrySet()) {
            findings = findings.with(figure.getKey(), figure.getValue());
        }
        for (AxisCurve curve : shown.byLayer()) {
            findings = findings.with(curve);
        }
        if (shown.figures.containsKey("first")) {
            List<Double> at = IntStream.rangeClosed(1, 64).mapToObj(i -> (double) i).toList();
            findings = findings.with(new AxisCurve("loss_by_position", "position", at, at.stream().map(i ->
                    i == 64 ? shown.figures.get("last") : shown.figures.get("first")).toList()));
        }
        return new TrialResult(trial, outcome, shown.figures.getOrDefault("final_loss", Double.NaN),
                shown.figures.containsKey("validation_loss") ? OptionalDouble.of(shown.figures.get("validation_loss")) : OptionalDouble.empty(), 1, 1, 1, Proofs.NONE, Map.of(),
                findings, "");
    }
}
