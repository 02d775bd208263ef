package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Parts of jars that break what parts promise: each is refused in one line that names jar and part, or its trial fails and nothing else is lost. */
class HostilePartsTest {

    private static final String SOURCE = """
            package hostile;

            import io.fluxo.backend.*;
            import io.fluxo.block.*;
            import io.fluxo.experiments.spec.*;
            import io.fluxo.experiments.study.builtin.*;
            import io.fluxo.experiments.study.definition.*;
            import io.fluxo.experiments.study.judge.*;
            import io.fluxo.experiments.task.*;
            import io.fluxo.experiments.verify.*;
            import io.fluxo.layer.*;
            import io.fluxo.layer.attention.*;
            import io.fluxo.layer.network.*;
            import io.fluxo.layer.norm.*;
            import io.fluxo.layer.position.*;
            import io.fluxo.model.*;
            import io.fluxo.op.FusedOp.Pairs;
            import io.fluxo.plugin.*;
            import io.fluxo.random.RandomKey;
            import io.fluxo.setting.*;
            import io.fluxo.shape.Dim;
            import io.fluxo.train.*;
            import java.util.*;

            public final class Hostile implements FluxoPlugin {

                static final Key<Double> SHARP = Key.of("sharpness", Type.real(Type.Real.Range.POSITIVE), 1.0, "how sharp it is");
                static final Key<Double> BLUNT = Key.of("bluntness", Type.real(Type.Real.Range.POSITIVE), 0.5, "how blunt it is");

                static <T> T thrown(String message) {
                    throw new UnsupportedOperationException(message);
                }

                /** An attention kind with keys, a way to take values, and traits. */
                record Kind(List<Key<?>> keys, java.util.function.Function<OwnSettings, AttentionKind> taking, java.util.function.Supplier<AttentionTraits> says) implements AttentionKind {
                    public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
                        return new MultiHeadAttention(path, dims, design);
                    }

                    public AttentionKind with(OwnSettings own) {
                        return taking.apply(own);
                    }

                    public AttentionTraits traits() {
                        return says.get();
                    }
                }

                static Kind kind(Key<?>... keys) {
                    List<Key<?>> all = Arrays.asList(keys);
                    return new Kind(all, own -> kind(keys), () -> AttentionTraits.OTHER);
                }

                /** Brings a key and cannot take its value. */
                static final class Deaf implements AttentionKind {
                    public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
                        return new MultiHeadAttention(path, dims, design);
                    }

                    public List<Key<?>> keys() {
                        return List.of(SHARP);
                    }
                }

                record Figures(String label, Set<Evidence.Kind> needs, java.util.function.Function<Evidence, double[]> body) implements Measure {
                    public double[] figures(Evidence evidence) {
                        return body.apply(evidence);
                    }
                }

                static Measure measure(String label, java.util.function.Function<Evidence, double[]> body) {
                    return new Figures(label, Set.of(Evidence.Kind.STREAM), body);
                }

                record Opened(List<Key<?>> keys, java.util.function.Supplier<Task> opened) implements TaskKind {
                    public boolean showsAnswersLater(TaskSpec spec) {
                        return true;
                    }

                    public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
                        return opened.get();
                    }
                }

                static TaskKind task(Key<?>... keys) {
                    return new Opened(Arrays.asList(keys), () -> null);
                }

                /** A task that breaks where {@code where} says. */
                record Broken(String where) implements Task {
                    private int number(String place, int value) {
                        return place.equals(where) ? thrown("no " + place) : value;
                    }

                    public int vocabulary() {
                        return number("vocabulary", 5);
                    }

                    public List<String> symbols() {
                        return List.of("a", "b", "c", "d", "e");
                    }

                    public OptionalDouble floor() {
                        return OptionalDouble.empty();
                    }

                    public OptionalDouble unigramEntropy() {
                        return OptionalDouble.empty();
                    }

                    public String describe() {
                        return where.equals("describe") ? thrown("no describe") : "a task that breaks";
                    }

                    public void require(int nCtx) {
                        number("require", 0);
                    }

                    public Examples batch(RandomKey key, long step, int rows, int nCtx) {
                        if (where.equals("null")) {
                            return null;
                        }
                        int[] windows = new int[rows * (nCtx + 1)];
                        Arrays.setAll(windows, i -> where.equals("ids") ? 99 : key.split(step).below(5, i));
                        number(step == 2 ? "batch" : "", 0);
                        return Examples.successors(windows, rows);
                    }

                    public int validationBatches(int rows, int nCtx) {
                        return 0;
                    }

                    public Examples validationBatch(int index, int rows, int nCtx) {
                        return null;
                    }

                    public Exam exam(int nCtx) {
                        return where.equals("exam") ? null : Exam.NONE;
                    }
                }

                static OptimizerKind optimizer(UpdateRule.UpdateStep step) {
                    return (spec, decay) -> new UpdateRule.Composition(step, 0);
                }

                static final class Positions implements PositionKind {
                    private final boolean added;

                    Positions(boolean added) {
                        this.added = added;
                    }

                    public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                        return added ? null : Optional.empty();
                    }

                    public ScorePositions scores(double theta, Pairs pairs) {
                        return added ? ScorePositions.NONE : null;
                    }
                }

                static final class Says extends Claim {
                    Says(String id) {
                        super(Statement.of(id, "something").said(Citation.chapter("nothing")).group("hostile").about(Scope.NONE).over("nothing", "nothing").expected(Verdict.HOLDS)
                                .by("nothing").refutesNone("nothing is computed"));
                    }

                    public Finding check(Candidate candidate, Apparatus apparatus) {
                        return null;
                    }
                }

                @Override
                public void contribute(Contributions to) {
                    %s
                }
            }
            """;

    @TempDir
    Path folder;

    private Path plugins;

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void makeFolder() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
    }

    private void jar(String statements) {
        PluginJar.build(plugins.resolve("hostile.jar"), folder, "hostile.Hostile", SOURCE.formatted(statements));
    }

    private Ran fluxo(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run(Stream.concat(Stream.of(arguments), Stream.of("--plugins", plugins.toString())).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Stream<List<String>> refused() {
        String attention = "to.add(AttentionKind.KIND, \"edgy\", ";
        String task = "to.add(TaskKind.KIND, \"edgy\", ";
        return Stream.of(
                List.of(attention + "new Kind(null, own -> null, () -> AttentionTraits.OTHER));", "the attention 'edgy' returns null from keys()"),
                List.of(attention + "kind(SHARP, null));", "the attention 'edgy' has null among its keys()"),
                List.of(attention + "kind(SHARP, BLUNT, SHARP));", "the attention 'edgy' declares the key 'sharpness' twice"),
                List.of(attention + "kind(Key.of(\"kind\", Type.truth(), true, \"?\")));", "the attention 'edgy' declares a key 'kind', which means something else there"),
                List.of(attention + "kind(Key.of(\"default\", Type.truth(), true, \"?\")));", "the attention 'edgy' declares a key 'default', which means something else there"),
                List.of(attention + "kind(Key.of(\"a b\", Type.truth(), true, \"?\")));", "the attention 'edgy' declares the key 'a b', whose name must be letters, digits, '_' or '-'"),
                List.of(attention + "kind(Key.of(null, Type.truth(), true, \"?\")));", "the attention 'edgy' declares the key 'null', whose name must be"),
                List.of(attention + "kind(Key.of(\"depth\", Type.whole(2), 1, \"?\")));", "declares the key 'depth', whose standard value is not legal: depth must be at least 2, not 1"),
                List.of(attention + "kind(Key.of(\"depth\", Type.whole(2), null, \"?\")));", "declares the key 'depth', which lacks its type, its standard value or its meaning (null)"),
                List.of(attention + "kind(Key.of(\"depth\", (Type) Type.whole(2), \"two\", \"?\")));", "declares the key 'depth', whose standard value two is not a whole number"),
                List.of(attention + "new Kind(List.of(SHARP), own -> null, () -> AttentionTraits.OTHER));", "the attention 'edgy' returns null from with(OwnSettings)"),
                List.of(attention + "new Kind(List.of(SHARP), own -> thrown(\"no\"), () -> AttentionTraits.OTHER));",
                        "the attention 'edgy' throws from with(OwnSettings): java.lang.UnsupportedOperationException: no"),
                List.of(attention + "new Deaf());", "hostile.Hostile$Deaf brings keys and does not take their values: override with(OwnSettings)"),
                List.of(attention + "new Kind(List.of(), own -> null, () -> null));", "the attention 'edgy' returns null from what it says of itself"),
                List.of(attention + "new Kind(List.of(), own -> null, () -> thrown(\"shy\")));",
                        "the attention 'edgy' throws from what it says of itself: java.lang.UnsupportedOperationException: shy"),
                List.of("to.add(Placement.KIND, \"edgy\", Placement.of(PreNormBlock::new, true, null));", "the placement 'edgy' returns null from what it says of itself"),
                List.of("to.add(AttentionKind.KIND, \" \", kind());", "attention needs a name and may not be null"),
                List.of("to.add(AttentionKind.KIND, \"a b\", kind());", "the attention is called 'a b'"),
                List.of("to.add(AttentionKind.KIND, \"a=b\", kind());", "the attention is called 'a=b'"),
                List.of("to.add(AttentionKind.KIND, \"a,b\", kind());", "the attention is called 'a,b'"),
                List.of("to.add(AttentionKind.KIND, \"a\\nb\", kind());", "the attention is called 'a?b'"),
                List.of("to.add(AttentionKind.KIND, \"../up\", kind());", "a name must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit"),
                List.of("to.add(AttentionKind.KIND, \"x\".repeat(65), kind());", "a name must be 1 to 64 letters"),
                List.of("to.add((PartKind) AttentionKind.KIND, \"edgy\", task());", "the attention 'edgy' is a hostile.Hostile$Opened, and no io.fluxo.layer.attention.AttentionKind"),
                List.of(task + "task(Key.of(\"items\", Type.whole(1), 3, \"?\")));",
                        "the task 'edgy' declares the key 'items' otherwise than another task does; they share it where its type, its limits and its standard value are the same (there a whole number, by default 16)"),
                List.of(task + "task(Key.of(\"kind\", Type.whole(1), 3, \"?\")));", "the task 'edgy' declares a key 'kind'"),
                List.of(task + "task((Key<?>) null));", "the task 'edgy' has null among its keys()"),
                List.of(task + "new Opened(null, () -> null));", "the task 'edgy' returns null from keys()"),
                List.of("to.add(StudyDefinition.KIND, \"depth\", StudyDefinition.of(Study.DEFAULT.named(\"depth\")));", "it brings the study 'depth', which Fluxo itself brings too"),
                List.of("to.add(StudyDefinition.KIND, \"edgy\", StudyDefinition.of(Study.DEFAULT.named(\"depth\")));",
                        "the study 'edgy' calls itself 'depth': register it under that name"),
                List.of("to.add(StudyDefinition.KIND, \"edgy\", new StudyDefinition(Study.DEFAULT.named(\"edgy\"), null));", "the study 'edgy' has no rule by which it is judged"),
                List.of("to.add(Claim.KIND, \"edgy\", new Says(\"sharp\"));", "the claim 'edgy' calls itself 'sharp': register it under that name"),
                List.of("to.add(Mutant.KIND, \"mutant-edgy\", new Mutant(\"mutant-sharp\", \"?\", Placement.of(PreNormBlock::new, true), parts -> parts));",
                        "the mutant 'mutant-edgy' calls itself 'mutant-sharp': register it under that name"),
                List.of("to.add(Measure.KIND, \"edgy\", measure(\"sharp\", evidence -> null));", "the measure 'edgy' calls itself 'sharp': register it under that name"),
                List.of("to.add(Measure.KIND, \"edgy\", new Measure() { public String label() { return thrown(\"no name\"); } public Set<Evidence.Kind> needs() { return null; }"
                        + " public double[] figures(Evidence evidence) { return null; } });", "the measure 'edgy' cannot be asked what it is: java.lang.UnsupportedOperationException: no name"),
                List.of("to.add(Measure.KIND, \"edgy\", measure(null, evidence -> null));", "the measure 'edgy' calls itself 'null': register it under that name"),
                List.of("to.add(Measure.KIND, \"loss\", measure(\"loss\", evidence -> null));", "the measure 'loss' has the name of something that is told of every step"),
                List.of("to.add(Measure.KIND, \"edgy\", new Figures(\"edgy\", null, evidence -> null));", "the measure 'edgy' has null for its needs(), or among them"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aPartThatCannotBeUsedIsRefusedWhenItIsRegistered(List<String> given) {
        jar(given.getFirst());
        Ran ran = fluxo("ablate", "--list");
        assertThat(ran.status).as(ran.err).isEqualTo(2);
        assertThat(ran.err).startsWith("fluxo: the plugin hostile.Hostile of hostile.jar cannot be installed: ").hasLineCount(1).contains(given.getLast());
    }

    private Path study(String text) {
        try {
            return Files.writeString(folder.resolve("study.yaml"), """
                    study: tiny
                    training: {batch: 2, steps: 3}
                    seeds: 1
                    """ + text);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static final String MODEL = "model: {n_layers: 1, d_model: 4, d_mlp: 4, n_ctx: 4}\n";

    @Test
    void valuesThatAPartDoesNotTakeAreRefusedInItsWords() {
        jar("""
                to.add(AttentionKind.KIND, "edgy", new Kind(List.of(SHARP, BLUNT), own -> {
                    if (own.get(SHARP) == 9) { return null; }
                    if (own.get(SHARP) == 8) { return thrown("too sharp"); }
                    if (own.get(SHARP) < own.get(BLUNT)) { throw new IllegalArgumentException("must be sharper than it is blunt (0.5): give sharpness of at least bluntness"); }
                    return new Kind(List.of(SHARP, BLUNT), more -> null, () -> own.get(SHARP) == 7 ? null : AttentionTraits.OTHER);
                }, () -> AttentionTraits.OTHER));
                """);
        for (List<String> one : List.of(List.of("0.25", "must be sharper than it is blunt (0.5): give sharpness of at least bluntness"), List.of("9", "returns null from with(OwnSettings)"),
                List.of("8", "throws from with(OwnSettings): java.lang.UnsupportedOperationException: too sharp"), List.of("7", "returns null from with(OwnSettings)"))) {
            Ran ran = fluxo("ablate", study("task: {kind: markov}\nmodel:\n  attention: {kind: edgy, sharpness: %s}\n".formatted(one.getFirst())).toString(), "--dry-run");
            assertThat(ran.status).as(ran.err).isEqualTo(2);
            assertThat(ran.err).startsWith("fluxo: %s:6: model.attention: the attention {kind: edgy, sharpness: %s} %s".formatted(folder.resolve("study.yaml"), one.getFirst(), one.getLast()))
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            () -> null                         | the task 'edgy' (hostile.Hostile$Opened of hostile.jar) returns null from open()
            () -> thrown("closed")             | the task 'edgy' (hostile.Hostile$Opened of hostile.jar) cannot be opened: java.lang.UnsupportedOperationException: closed
            """)
    void aTaskThatCannotBeOpenedIsRefusedBeforeAnythingIsWritten(String opened, String reason) {
        jar("to.add(TaskKind.KIND, \"edgy\", new Opened(List.of(), " + opened + "));");
        Ran ran = fluxo("ablate", study("task: {kind: edgy}\n" + MODEL).toString(), "--out", folder.resolve("run").toString());
        assertThat(ran.status).as(ran.err).isEqualTo(2);
        assertThat(ran.err).startsWith("fluxo: %s:4: task: ".formatted(folder.resolve("study.yaml"))).contains(reason).hasLineCount(1);
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void aTaskThatBreaksInTrainingFailsItsTrialsAlone() throws IOException {
        jar(Stream.of("batch", "null", "ids", "exam", "fine").map(where -> "to.add(TaskKind.KIND, \"edgy-%s\", new Opened(List.of(), () -> new Broken(\"%s\")));".formatted(where, where))
                .reduce("", String::concat));
        JsonNode variants = run("vary: {task.kind: [edgy-batch, edgy-null, edgy-ids, edgy-fine, markov]}\n" + MODEL,
                "kind=edgy-batch", "hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no batch");
        assertThat(variants.valueStream().map(variant -> variant.path("trials").get(0).path("outcome").asString())).containsExactly("failed", "failed", "failed", "finished", "finished");
    }

    @Test
    void aMeasureMayBreakItsTrialAndNoOther() throws IOException {
        jar("""
                to.add(Measure.KIND, "edgy-null", measure("edgy-null", evidence -> null));
                to.add(Measure.KIND, "edgy-throws", measure("edgy-throws", evidence -> thrown("nothing to see")));
                to.add(Measure.KIND, "edgy-nan", measure("edgy-nan", evidence -> new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1}));
                to.add(Measure.KIND, "edgy-none", measure("edgy-none", evidence -> new double[0]));
                int[] calls = {0};
                to.add(Measure.KIND, "edgy-long", measure("edgy-long", evidence -> new double[++calls[0]]));
                """);
        Ran broken = fluxo("ablate", study("task: {kind: markov}\nmeasure: [loss, edgy-null]\n" + MODEL).toString(), "--out", folder.resolve("null").toString(), "--quiet");
        assertThat(broken.status).isEqualTo(1);
        assertThat(broken.err).contains("failed: the measure 'edgy-null' returned null instead of figures");
        Ran throwing = fluxo("ablate", study("task: {kind: markov}\nmeasure: [loss, edgy-throws]\n" + MODEL).toString(), "--out", folder.resolve("throws").toString(), "--quiet");
        assertThat(throwing.status).isEqualTo(1);
        assertThat(throwing.err).contains("failed: hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: nothing to see");
        JsonNode variants = run("task: {kind: markov}\nmeasure: [loss, edgy-nan, edgy-none, edgy-long, token_similarity]\n" + MODEL);
        assertThat(variants.get(0).path("trials").get(0).path("outcome").asString()).isEqualTo("finished");
        String told = Files.readString(folder.resolve("run/trials/seed=1/metrics.jsonl"));
        assertThat(told).contains("\"edgy-nan\":[null,null,1.0]", "\"edgy-none\":[]", "\"edgy-long\":[0.0,0.0]", "\"token_similarity\":[");
        assertThat(folder.resolve("run/report.html")).exists();
    }

    @Test
    void partsOfTrainingThatBreakFailTheirTrialsAlone() throws IOException {
        jar("""
                to.add(OptimizerKind.KIND, "edgy-null", (spec, decay) -> null);
                to.add(OptimizerKind.KIND, "edgy-throws", (spec, decay) -> thrown("no rule"));
                to.add(OptimizerKind.KIND, "edgy-step", optimizer((ops, w, state, gradient, rate) -> null));
                """);
        JsonNode variants = run("task: {kind: markov}\nvary: {training.optimizer: [edgy-null, edgy-throws, edgy-step, sgd]}\n" + MODEL,
                "optimizer=edgy-null", "the optimizer 'edgy-null' returned null instead of an update rule",
                "optimizer=edgy-throws", "hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no rule",
                "optimizer=edgy-step", "the optimizer 'edgy-step' returned null from a step");
        assertThat(variants.valueStream().map(variant -> variant.path("trials").get(0).path("outcome").asString())).containsExactly("failed", "failed", "failed", "finished");
    }

    @Test
    void partsOfModelsThatReturnNullFailTheirTrialsAlone() throws IOException {
        jar("""
                to.add(PositionKind.KIND, "edgy-added", new Positions(true));
                to.add(PositionKind.KIND, "edgy-scores", new Positions(false));
                to.add(InitKind.KIND, "edgy", std -> null);
                to.add(ActFn.KIND, "edgy", (path, dModel, dMlp, design) -> null);
                to.add(AttentionKind.KIND, "edgy", (path, dims, design) -> null);
                to.add(Schedule.KIND, "edgy", (t, warmup, steps) -> thrown("no rate"));
                """);
        JsonNode variants = run("task: {kind: markov}\n" + MODEL + """
                variants:
                  added: {model.positions: edgy-added}
                  scores: {model.positions: edgy-scores}
                  init: {model.init: edgy}
                  act: {model.act_fn: edgy}
                  attention: {model.attention: edgy}
                  schedule: {training.schedule: edgy}
                  fine: {}
                """, "added", "the positions 'edgy-added' returned null instead of what is added to the embedding", "scores",
                "the positions 'edgy-scores' returned null instead of how positions enter the scores for blocks.0.attn", "init",
                "the init 'edgy' returned null instead of an initializer", "act", "the act_fn 'edgy' returned null instead of a network", "attention",
                "the attention 'edgy' returned null instead of an attention", "schedule", "hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no rate");
        assertThat(variants.get(6).path("trials").get(0).path("outcome").asString()).isEqualTo("finished");
    }

    /** Runs a study; failed trials have to say, after their names, what is given. */
    private JsonNode run(String text, String... failures) throws IOException {
        Path out = folder.resolve("run");
        Ran ran = fluxo("ablate", study(text).toString(), "--out", out.toString(), "--quiet");
        assertThat(ran.status).as(ran.err).isEqualTo(failures.length == 0 ? 0 : 1);
        assertThat(ran.err).doesNotContain("an error in Fluxo itself");
        for (int i = 0; i < failures.length; i += 2) {
            String trial = "fluxo: trial %s,seed=1 failed: ".formatted(failures[i]);
            String reason = failures[i + 1];
            assertThat(ran.err.lines().filter(line -> line.startsWith(trial))).as(ran.err).singleElement().asString().contains(reason);
        }
        return Json.parse(Files.readString(out.resolve("results.json"))).path("variants");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            describe   | hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no describe
            vocabulary | hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no vocabulary
            require    | hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no require
            exam       | the task 'a task that breaks' (hostile.Hostile$Broken of hostile.jar) returned null instead of an exam
            """)
    void whatBreaksBeforeThereAreTrialsIsBlamedOnItsPlugin(String where, String reason) {
        jar("to.add(TaskKind.KIND, \"edgy\", new Opened(List.of(), () -> new Broken(\"%s\")));".formatted(where));
        Ran ran = fluxo("ablate", study("task: {kind: edgy}\nvary: {model.n_layers: [1, 2]}\n" + MODEL).toString(), "--out", folder.resolve("run").toString());
        assertThat(ran.status).as(ran.err).isEqualTo(1);
        assertThat(ran.err).isEqualTo("fluxo: " + reason + "\n");
    }
}
