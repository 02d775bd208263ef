package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.verify.VerifyCommandTest.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The built-in norms, attention kinds, networks, positions, initialisations, optimizers, schedules, tasks and measures, copied into a third party's jar
 * under other names, get the same verdicts, the same refusals and the same losses: nothing looks at a name. {@link CopiedPlacementsTest} does the same for
 * placements.
 */
class CopiedPartsTest {

    private static final Path LAYERS = Path.of("../core/src/main/java/io/fluxo/layer");
    private static final Path TRAIN = Path.of("../core/src/main/java/io/fluxo/train");
    private static final Path TASKS = Path.of("src/main/java/io/fluxo/experiments/task");
    private static final String COPY = "copied-";

    /** Key → the built-in parts that are copied. */
    private static final Map<String, List<String>> PARTS = parts();

    private static final Map<String, String> DEFAULTS = Map.of("norm", "layer_norm", "attention", "softmax", "act_fn", "relu", "positions", "learned", "init", "xavier_normal");

    @TempDir
    static Path folder;

    private static Path plugins;

    private static Map<String, List<String>> parts() {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        parts.put("norm", List.of("layer_norm", "rms_norm", "batch_norm", "dynamic_tanh", "derf", "fake_layer_norm", "none"));
        parts.put("attention", List.of("softmax", "sink", "softpick", "differential", "uniform", "self_only", "none"));
        parts.put("act_fn", List.of("relu", "gelu", "gelu_tanh", "silu", "swiglu", "geglu"));
        parts.put("positions", List.of("learned", "sinusoidal", "rope", "alibi", "none"));
        parts.put("init", List.of("xavier_normal", "gpt2", "normal"));
        return parts;
    }

    @BeforeAll
    static void copyIntoAJar() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        layers();
        training();
        tasks();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The file's text in the package {@code copied}, into which its own package is imported: classes that are copied come first. */
    private static void copy(Map<String, String> sources, Path file) {
        String source = text(file).replaceFirst("(?m)^package (.+);$", "package copied;\n\nimport $1.*;");
        String name = file.getFileName().toString().replace(".java", "");
        sources.put("copied." + name, source);
    }

    /** Without the nested types that its kind's interface speaks of: those are the built-in class's. */
    private static void copyWithoutNested(Map<String, String> sources, Path file, String nested, String imports) {
        copy(sources, file);
        String name = file.getFileName().toString().replace(".java", "");
        String renamed = sources.remove("copied." + name).replaceAll("(?s)(\n    /\\*\\*(?:(?!\\*/).)*\\*/)?\n    public (record|enum) " + nested + "\\b.*?(\\{\\}|\n    \\})\n", "\n")
                .replaceAll("(?<![.\\w])" + name + "(?!\\.)\\b", name + "Copy").replace("package copied;\n", "package copied;\n\n" + imports);
        sources.put("copied." + name + "Copy", renamed);
    }

    private static void layers() {
        Map<String, String> sources = new LinkedHashMap<>();
        Stream.of("LayerNorm", "RmsNorm", "BatchNorm", "DynamicTanh", "Derf", "FakeLayerNorm", "NoNorm").forEach(name -> copy(sources, LAYERS.resolve("norm/" + name + ".java")));
        Stream.of("SinkAttention", "SoftpickAttention", "DifferentialAttention", "UniformAttention", "SelfOnlyAttention", "ValuePath").forEach(name -> copy(sources, LAYERS.resolve("attention/" + name + ".java")));
        Stream.of("LearnedPositions", "SinusoidalPositions", "LinearBias", "Positions", "Rotation").forEach(name -> copy(sources, LAYERS.resolve("position/" + name + ".java")));
        Stream.of("XavierInit", "Gpt2Init").forEach(name -> copy(sources, LAYERS.resolve(name + ".java")));
        copy(sources, LAYERS.resolve("network/GatedFeedForward.java"));
        copyWithoutNested(sources, LAYERS.resolve("network/FeedForward.java"), "Design", "import io.fluxo.layer.network.FeedForward.Design;\n");
        sources.put("copied.CopiedLayers", """
                package copied;

                import io.fluxo.layer.*;
                import io.fluxo.layer.attention.*;
                import io.fluxo.layer.network.*;
                import io.fluxo.layer.norm.NormFactory;
                import io.fluxo.layer.position.*;
                import io.fluxo.op.FusedOp.Pairs;
                import io.fluxo.plugin.Contributions;
                import io.fluxo.shape.Dim;
                import java.util.Optional;
                import java.util.function.DoubleUnaryOperator;

                public final class CopiedLayers implements io.fluxo.plugin.FluxoPlugin {

                    private record Plain(Activation activation, DoubleUnaryOperator function) implements ActFn {
                        @Override
                        public Layer network(String path, Dim dModel, Dim dMlp, FeedForward.Design design) {
                            return new FeedForwardCopy(path, dModel, dMlp, activation, design);
                        }

                        @Override
                        public Optional<DoubleUnaryOperator> scalar() {
                            return Optional.of(function);
                        }
                    }

                    private record Gated(Activation activation) implements ActFn {
                        @Override
                        public Layer network(String path, Dim dModel, Dim dMlp, FeedForward.Design design) {
                            return new GatedFeedForward(path, dModel, dMlp, activation, design);
                        }

                        @Override
                        public boolean isGated() {
                            return true;
                        }
                    }

                    private enum Entering implements PositionKind {
                        LEARNED(PositionTraits.LEARNED) {
                            @Override
                            public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                                return Optional.of(new LearnedPositions("", nCtx, dModel, initializer));
                            }
                        },
                        SINUSOIDAL(PositionTraits.ADDED) {
                            @Override
                            public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                                return Optional.of(new SinusoidalPositions(""));
                            }
                        },
                        ROPE(PositionTraits.TURNED) {
                            @Override
                            public ScorePositions scores(double theta, Pairs pairs) {
                                return new Rotation(theta, pairs);
                            }
                        },
                        ALIBI(PositionTraits.SCORED) {
                            @Override
                            public ScorePositions scores(double theta, Pairs pairs) {
                                return new LinearBias();
                            }
                        },
                        NONE(PositionTraits.ADDED);

                        private final PositionTraits traits;

                        Entering(PositionTraits traits) {
                            this.traits = traits;
                        }

                        @Override
                        public PositionTraits traits() {
                            return traits;
                        }
                    }

                    @Override
                    public void contribute(Contributions to) {
                        to.add(NormFactory.KIND, "copied-batch_norm", BatchNorm::new);
                        to.add(NormFactory.KIND, "copied-dynamic_tanh", NormFactory.withoutEps((path, width, affine, eps) -> new DynamicTanh(path, width, affine, 0.5)));
                        to.add(NormFactory.KIND, "copied-derf", NormFactory.withoutEps((path, width, affine, eps) -> new Derf(path, width, affine, 0.5)));
                        to.add(NormFactory.KIND, "copied-fake_layer_norm", FakeLayerNorm::new);
                        to.add(NormFactory.KIND, "copied-layer_norm", LayerNorm::new);
                        to.add(NormFactory.KIND, "copied-none", NormFactory.withoutEps((path, width, affine, eps) -> new NoNorm(path)));
                        to.add(NormFactory.KIND, "copied-rms_norm", RmsNorm::new);
                        to.add(AttentionKind.KIND, "copied-softmax", AttentionKind.of(MultiHeadAttention::new, AttentionTraits.CHAPTER));
                        to.add(AttentionKind.KIND, "copied-sink", AttentionKind.of((path, dims, design) -> new SinkAttention(path, dims, design, true), AttentionTraits.OTHER));
                        to.add(AttentionKind.KIND, "copied-softpick", AttentionKind.of(SoftpickAttention::new, AttentionTraits.OTHER));
                        to.add(AttentionKind.KIND, "copied-differential", AttentionKind.of(DifferentialAttention::new, AttentionTraits.OTHER));
                        to.add(AttentionKind.KIND, "copied-uniform", AttentionKind.of(UniformAttention::new, AttentionTraits.WITHOUT_SCORES));
                        to.add(AttentionKind.KIND, "copied-self_only", AttentionKind.of(SelfOnlyAttention::new, AttentionTraits.WITHOUT_MIXING));
                        to.add(AttentionKind.KIND, "copied-none", AttentionKind.of((path, dims, design) -> new Absent(path), AttentionTraits.ABSENT));
                        to.add(ActFn.KIND, "copied-relu", new Plain(Pass::relu, HostActivations.RELU));
                        to.add(ActFn.KIND, "copied-gelu", new Plain(Pass::gelu, HostActivations.GELU));
                        to.add(ActFn.KIND, "copied-gelu_tanh", new Plain(Pass::geluTanh, HostActivations.GELU_TANH));
                        to.add(ActFn.KIND, "copied-silu", new Plain(Activation.SILU, HostActivations.SILU));
                        to.add(ActFn.KIND, "copied-swiglu", new Gated(Activation.SILU));
                        to.add(ActFn.KIND, "copied-geglu", new Gated(Pass::gelu));
                        to.add(ActFn.KIND, "copied-geglu_tanh", new Gated(Pass::geluTanh));
                        to.add(ActFn.KIND, "copied-reglu", new Gated(Pass::relu));
                        for (Entering kind : Entering.values()) {
                            to.add(PositionKind.KIND, "copied-" + kind.name().toLowerCase(java.util.Locale.ROOT), kind);
                        }
                        to.add(InitKind.KIND, "copied-xavier_normal", new XavierInit());
                        to.add(InitKind.KIND, "copied-gpt2", new Gpt2Init());
                        to.add(InitKind.KIND, "copied-normal", Initializer::normal);
                    }
                }
                """);
        PluginJar.build(plugins.resolve("layers.jar"), folder, "copied.CopiedLayers", sources);
    }

    private static void training() {
        Map<String, String> sources = new LinkedHashMap<>();
        copy(sources, TRAIN.resolve("Measures.java"));
        sources.computeIfPresent("copied.Measures", (_, source) -> source.replace("new BuiltIn(\"", "new BuiltIn(\"" + COPY));
        sources.put("copied.CopiedTraining", """
                package copied;

                import io.fluxo.op.UpdateOp;
                import io.fluxo.plugin.Contributions;
                import io.fluxo.setting.Key;
                import io.fluxo.train.*;
                import java.util.List;

                public final class CopiedTraining implements io.fluxo.plugin.FluxoPlugin {

                    private static UpdateRule adam(TrainingSpec spec, double decay, boolean decoupled) {
                        List<Double> betas = spec.get(TrainingSpec.BETAS);
                        return new UpdateRule.Operation(new UpdateOp.AdamStep(betas.get(0), betas.get(1), spec.get(TrainingSpec.EPSILON), decay, decoupled), 2);
                    }

                    private static final class Sgd implements OptimizerKind {
                        @Override
                        public UpdateRule rule(TrainingSpec spec, double decay) {
                            return new UpdateRule.Operation(new UpdateOp.SgdStep(decay), 0);
                        }

                        @Override
                        public List<Key<?>> unread() {
                            return List.of(TrainingSpec.BETAS, TrainingSpec.EPSILON);
                        }
                    }

                    @Override
                    public void contribute(Contributions to) {
                        to.add(OptimizerKind.KIND, "copied-sgd", new Sgd());
                        to.add(OptimizerKind.KIND, "copied-adam", (spec, decay) -> adam(spec, decay, false));
                        to.add(OptimizerKind.KIND, "copied-adamw", (spec, decay) -> adam(spec, decay, true));
                        to.add(Schedule.KIND, "copied-constant", (t, warmup, steps) -> 1);
                        to.add(Schedule.KIND, "copied-cosine", (t, warmup, steps) -> t <= warmup || steps <= warmup
                                ? 1.0 : 0.5 * (1 + StrictMath.cos(Math.PI * (double) (t - warmup) / (steps - warmup))));
                        Measures.BUILT_IN.forEach(measure -> to.add(Measure.KIND, measure.label(), measure));
                    }
                }
                """);
        PluginJar.build(plugins.resolve("training.jar"), folder, "copied.CopiedTraining", sources);
    }

    private static void tasks() {
        Map<String, String> sources = new LinkedHashMap<>();
        Stream.of("CharLm", "DrawnTask", "Entropy", "Induction", "Markov", "Rearrangement", "Recall", "TaskParts", "TokenFile", "WordNet")
                .forEach(name -> copy(sources, TASKS.resolve(name + ".java")));
        sources.computeIfPresent("copied.TaskParts", (_, source) -> source.replace("TaskKind.KIND, \"", "TaskKind.KIND, \"" + COPY));
        sources.put("copied.CopiedTasks", """
                package copied;

                public final class CopiedTasks implements io.fluxo.plugin.FluxoPlugin {
                    @Override
                    public void contribute(io.fluxo.plugin.Contributions to) {
                        TaskParts.contributeTo(to);
                    }
                }
                """);
        PluginJar.build(plugins.resolve("tasks.jar"), folder, "copied.CopiedTasks", sources);
    }

    private static Ran fluxo(String... arguments) {
        return with(plugins, arguments);
    }

    private static Ran with(Path jars, String... arguments) {
        return VerifyCommandTest.fluxo(Stream.concat(Stream.of(arguments), Stream.of("--plugins", jars.toString())).toArray(String[]::new));
    }

    private static Path yaml(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** {@code norm layer_norm}: what is written after the key, and before {@code copied-} stands. */
    static Stream<String> modelParts() {
        return PARTS.entrySet().stream().flatMap(kind -> kind.getValue().stream().map(name -> kind.getKey() + " " + name));
    }

    @ParameterizedTest
    @MethodSource("modelParts")
    void aCopyGetsTheSameVerdictsInTheSameWords(String part) {
        String original = verified(part.split(" ")[0], part.split(" ")[1]);
        assertThat(original.lines().count()).isGreaterThan(200);
        assertThat(verified(part.split(" ")[0], COPY + part.split(" ")[1]).replace(COPY, "")).isEqualTo(original);
    }

    @Test
    void whatIsSaidOfACopyNamesTheCopy() {
        assertThat(verified("norm", COPY + "batch_norm")).contains("in training copied-batch_norm lets tokens see each other past attention");
        assertThat(verified("attention", COPY + "self_only")).contains("with attention copied-self_only no token sees another");
    }

    private static String verified(String key, String name) {
        Path model = yaml("model.yaml", "task: {kind: markov}\nmodel: {n_layers: 1, %s: %s}\n".formatted(key, name));
        Ran ran = fluxo("verify", "--spec", model.toString(), "--trials", "2", "--backend", "ejml", "--dtype", "f64", "--json", "-");
        assertThat(ran.err()).isEmpty();
        JsonNode json = Json.parse(ran.out());
        json.path("claims").forEach(claim -> ((ObjectNode) claim).remove("seconds"));
        return ran.status() + Json.pretty(json);
    }

    @ParameterizedTest
    @MethodSource("modelParts")
    void aCopyIsRefusedInTheSameWords(String part) {
        String key = part.split(" ")[0];
        String name = part.split(" ")[1];
        List<String> refusals = new ArrayList<>();
        for (String model : List.of("d_model: 8", "final_norm: never", "final_norm: always", "norm_affine: true", "norm_eps: 1e-6", "qk_norm: true", "mask: bidirectional",
                "n_heads: 2", "d_head: 3, n_heads: 2", "d_mlp: 7", "ffn: false", "bias: false", "n_key_value_heads: 1, n_heads: 2", "rope_theta: 500", "rope_layout: interleaved",
                "init_std: 0.1", "placement: parallel", "placement: none, residual: none", "positions: rope", "positions: alibi", "norm: none, final_norm: never",
                "attention: uniform, positions: rope", "tied_head: true, n_layers: 0", "n_ctx: 9")) {
            if (!model.matches("(.*, )?" + key + ":.*")) {
                String original = planned(key + ": " + name + ", " + model);
                String copy = planned(key + ": " + COPY + name + ", " + model);
                boolean saysNothing = name.equals(DEFAULTS.get(key)) && copy.contains("model." + key + ": " + key + " does nothing"); // to write a default claims nothing
                assertThat(saysNothing ? original : copy.replace(COPY, "")).as(model).isEqualTo(original.replace(COPY, ""));
                refusals.add(original);
            }
        }
        assertThat(refusals.stream().filter(refusal -> !refusal.contains("judged_from")).count()).as("models that are refused").isGreaterThan(2);
    }

    /** What stands in the way of a model, if anything does; without the lists of what there is, in which originals and copies both stand. */
    private static String planned(String model) {
        String sizes = (model.contains("n_layers") ? "" : "n_layers: 2, ") + (model.contains("d_model") ? "" : "d_model: 8, ");
        Path study = yaml("plan.yaml", "task: {kind: markov, states: 5}\nmodel: {%s%s}\njudged_from: 1\n".formatted(sizes, model)); // the last is refused after all else
        return fluxo("ablate", study.toString(), "--dry-run").err();
    }

    @Test
    void copiedOptimizersAndSchedulesAreRefusedInTheSameWords() {
        for (String training : List.of("optimizer: %ssgd, betas: [0.9, 0.9]", "optimizer: %ssgd, epsilon: 1e-3", "optimizer: %sadam, decay: all", "optimizer: %sadamw, decay: all",
                "optimizer: %ssgd, epsilon: 1e-3, weight_decay: 0.1, decay: all", "schedule: %scosine, warmup: -1", "schedule: %sconstant, decay: all")) {
            Path original = yaml("plan.yaml", "task: {kind: markov}\ntraining: {%s}\njudged_from: 1\n".formatted(training.formatted("")));
            String said = fluxo("ablate", original.toString(), "--dry-run").err();
            Path copy = yaml("plan.yaml", "task: {kind: markov}\ntraining: {%s}\njudged_from: 1\n".formatted(training.formatted(COPY)));
            assertThat(fluxo("ablate", copy.toString(), "--dry-run").err().replace(COPY, "")).as(training).isEqualTo(said);
            assertThat(said).as(training).startsWith("fluxo: ").hasLineCount(1);
        }
    }

    @Test
    void copiedTasksAreRefusedInTheSameWords() {
        for (String task : List.of("kind: %schar_lm, corpus: ''", "kind: %schar_lm, corpus: nowhere.txt", "kind: %schar_lm, states: 5", "kind: %stokens", "kind: %stokens, file: nowhere.txt",
                "kind: %smarkov, pairs: [1]", "kind: %smarkov, states: 1", "kind: %srecall, pairs: [99]", "kind: %srecall, items: 3", "kind: %sinduction, symbols: 2, items: 30",
                "kind: %ssort, distance: 4", "kind: %ssort, items: 99", "kind: %scopy, items: 99")) {
            String said = refused(task.formatted(""), "");
            assertThat(refused(task.formatted(COPY), "").replace(COPY, "")).as(task).isEqualTo(said.replace(COPY, ""));
            assertThat(said).as(task).startsWith("fluxo: ").hasLineCount(1);
        }
        for (String kind : List.of("char_lm", "markov", "recall", "induction", "sort", "copy")) {
            String said = refused("kind: " + kind, "model: {mask: bidirectional, n_ctx: 64}\ncompare_on: exam_loss\n");
            assertThat(refused("kind: " + COPY + kind, "model: {mask: bidirectional, n_ctx: 64}\ncompare_on: exam_loss\n").replace(COPY, "")).as(kind).isEqualTo(said.replace(COPY, ""));
        }
    }

    private static String refused(String task, String more) {
        return fluxo("ablate", yaml("plan.yaml", "task: {%s}\n%straining: {steps: 1}\n".formatted(task, more)).toString(), "--dry-run").err();
    }

    static Stream<String> keys() {
        return Stream.concat(PARTS.keySet().stream().map(key -> "model." + key), Stream.of("training.optimizer", "training.schedule", "task.kind"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aCopyLearnsTheSame(String key) {
        List<String> names = switch (key) {
            case "training.optimizer" -> List.of("sgd", "adam", "adamw");
            case "training.schedule" -> List.of("constant", "cosine");
            case "task.kind" -> List.of("char_lm", "markov", "recall", "induction", "sort", "copy");
            default -> PARTS.get(key.substring("model.".length()));
        };
        String all = Stream.concat(names.stream(), names.stream().map(name -> COPY + name)).collect(Collectors.joining(", "));
        Path study = yaml("copies.yaml", """
                study: copies
                %s
                model: {n_layers: 2, d_model: 8, n_heads: 2, d_mlp: 12, n_ctx: %s, %s}
                training: {batch: 2, steps: 6, lr: 1e-2, warmup: 2, eval_every: 3%s}
                vary: {%s: [%s]}
                seeds: 1
                """.formatted(key.equals("task.kind") ? "" : "task: {kind: markov, states: 5}", key.equals("task.kind") ? "64" : "6",
                key.startsWith("model.attention") || key.equals("model.positions") ? "bias: true" : "norm_affine: " + !key.equals("model.norm"),
                key.equals("training.optimizer") ? ", weight_decay: 0.1" : "", key, all));
        Path out = folder.resolve("run-" + key);
        Ran ran = fluxo("ablate", study.toString(), "--out", out.toString(), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        Map<String, String> found = new LinkedHashMap<>();
        Json.parse(text(out.resolve("results.json"))).path("variants").forEach(variant -> {
            String name = variant.path("vary").path(key).asString();
            ((ObjectNode) variant).remove("vary");
            found.put(name, Json.pretty(variant).replace(COPY, "").replace(key.substring(key.indexOf('.') + 1) + "=", ""));
        });
        assertThat(found).hasSize(2 * names.size());
        names.forEach(name -> assertThat(found.get(COPY + name)).as(name).isEqualTo(found.get(name)));
        names.forEach(name -> assertThat(curve(out, key, COPY + name)).as(name).isEqualTo(curve(out, key, name)).isNotEmpty());
        assertThat(found.values().stream().distinct().count()).as("parts differ").isEqualTo(names.size());
    }

    private static String curve(Path run, String key, String name) {
        return text(run.resolve("trials").resolve("%s=%s,seed=1".formatted(key.substring(key.indexOf('.') + 1), name)).resolve("metrics.jsonl"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"simd", "ejml"})
    void aCopiedBackendComputesTheSameAndHasTheSameMemory(String backend) throws IOException {
        Path jars = Files.createDirectory(folder.resolve("backend-" + backend)); // by itself: claims are checked on every backend there is
        PluginJar.build(jars.resolve("backend.jar"), folder, "copied.CopiedBackend", """
                package copied;

                public final class CopiedBackend implements io.fluxo.plugin.FluxoPlugin {
                    @Override
                    public void contribute(io.fluxo.plugin.Contributions to) {
                        to.add(io.fluxo.backend.BackendProvider.KIND, "copied-simd", new io.fluxo.cpu.simd.SimdProvider());
                        to.add(io.fluxo.backend.BackendProvider.KIND, "copied-ejml", new io.fluxo.cpu.ejml.EjmlProvider());
                    }
                }
                """);
        String study = "study: tiny\ntask: {kind: markov, states: 5}\nmodel: {n_layers: 1, d_model: %d, n_ctx: 4}\ntraining: {batch: 2, steps: 3}\nseeds: 1\n";
        Path large = yaml("large.yaml", study.formatted(30_000));
        String said = with(jars, "ablate", large.toString(), "--backend", backend, "--out", folder.resolve("none").toString()).err();
        assertThat(said).contains("GB with gradients and the optimizer's state, and the JVM may use");
        assertThat(with(jars, "ablate", large.toString(), "--backend", COPY + backend, "--out", folder.resolve("none").toString()).err()).isEqualTo(said);
        Path small = yaml("small.yaml", study.formatted(8));
        Stream.of(backend, COPY + backend).forEach(name -> assertThat(with(jars, "ablate", small.toString(), "--backend", name, "--out", folder.resolve("by-" + name).toString(), "--quiet").status()).isZero());
        assertThat(text(folder.resolve("by-" + COPY + backend).resolve("trials/seed=1/metrics.jsonl"))).isEqualTo(text(folder.resolve("by-" + backend).resolve("trials/seed=1/metrics.jsonl")));
    }

    @Test
    void copiedMeasuresComeToTheSame() {
        List<String> names = List.of("param_grad_norm_by_layer", "stream_grad_norm_by_layer", "stream_norm_by_layer", "update_ratio", "token_similarity");
        Path study = yaml("measured.yaml", """
                study: measured
                task: {kind: markov, states: 5}
                model: {n_layers: 2, d_model: 8, n_ctx: 6}
                training: {batch: 2, steps: 4}
                measure: [%s]
                seeds: 1
                """.formatted(Stream.concat(names.stream(), names.stream().map(name -> COPY + name)).collect(Collectors.joining(", "))));
        Path out = folder.resolve("run-measured");
        Ran ran = fluxo("ablate", study.toString(), "--out", out.toString(), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        Path trial = out.resolve("trials/seed=1");
        List<JsonNode> steps = text(trial.resolve("metrics.jsonl")).lines().map(Json::parse).filter(step -> step.has("update_ratio")).toList();
        assertThat(steps).hasSizeGreaterThan(2);
        steps.forEach(step -> names.forEach(name -> assertThat(step.path(COPY + name).toString()).as(name).isEqualTo(step.path(name).toString()).startsWith("[")));
        JsonNode labels = Json.parse(text(trial.resolve("trial.json"))).path("labels");
        assertThat(labels.path(COPY + "update_ratio").toString()).isEqualTo(labels.path("update_ratio").toString()).startsWith("[\"");
    }
}
