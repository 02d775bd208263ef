package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.verify.VerifyCommandTest.Ran;
import io.fluxo.layer.attention.Attention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A plugin that reads back, returns null, recurses or throws cannot stop the program: its part is named, and what does not need it goes on. */
class HostilePluginTest {

    private static final String SOURCE = """
            package hostile;

            import io.fluxo.backend.*;
            import io.fluxo.block.*;
            import io.fluxo.layer.*;
            import io.fluxo.layer.attention.*;
            import io.fluxo.layer.norm.*;
            import io.fluxo.plugin.FluxoPlugin;
            import io.fluxo.stream.HookPoint;
            import io.fluxo.tensor.*;
            import java.util.*;
            import java.util.function.Supplier;

            public final class Hostile implements io.fluxo.plugin.FluxoPlugin {

                static final class Bad extends Block {
                    private final String kind;
                    private final Attention attention;
                    private final HookPoint pre = boundary("hook_resid_pre");
                    private final HookPoint out = boundary("hook_attn_out");
                    private final HookPoint post = boundary("hook_resid_post");

                    Bad(Placement.Parts parts, String kind) {
                        super(parts.path());
                        this.kind = kind;
                        attention = part(parts.attention());
                        if (kind.equals("constructor")) {
                            throw new IllegalArgumentException("the constructor says no");
                        }
                    }

                    @Override
                    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
                        Tensor x = pass.at(pre, input);
                        switch (kind) {
                            case "download" -> ((Backend) pass.engine()).download(x);
                            case "null" -> {
                                return null;
                            }
                            case "recursion" -> {
                                return equations(pass, input, context);
                            }
                            case "link" -> throw new NoClassDefFoundError("com/example/Missing");
                            case "initializer" -> Broken.use();
                            case "npe" -> throw new NullPointerException();
                            case "error" -> throw new Error("an error of its own kind");
                            default -> { }
                        }
                        return pass.at(post, pass.add(x, pass.at(out, attention.forward(pass, x, context))));
                    }

                    @Override
                    public Map<String, String> chapter() {
                        return switch (kind) {
                            case "no-chapter" -> null;
                            case "wrong-chapter" -> Map.of("x", "hook_nowhere", "h", "hook_resid_post");
                            default -> Map.of("x", "hook_resid_pre", "t1", "hook_attn_out", "h", "hook_resid_post");
                        };
                    }
                }

                static final class Broken {
                    static final int NUMBER = Integer.parseInt("no number");

                    static void use() {
                        Objects.requireNonNull(NUMBER);
                    }
                }

                record Provider(Supplier<Availability> said, Supplier<Backend> opened) implements BackendProvider {
                    public Availability probe() {
                        return said.get();
                    }

                    public Backend open(BackendOptions options) {
                        return opened.get();
                    }
                }

                private static <T> T thrown(Error error) {
                    throw error;
                }

                @Override
                public void contribute(io.fluxo.plugin.Contributions to) {
                    for (String kind : List.of("download", "null", "recursion", "link", "initializer", "npe", "error", "constructor", "no-chapter", "wrong-chapter", "fine")) {
                        to.add(io.fluxo.block.Placement.KIND, "bad-" + kind, Placement.of(parts -> new Bad(parts, kind), true));
                    }
                    to.add(io.fluxo.block.Placement.KIND, "bad-factory", Placement.of(parts -> null, true));
                    to.add(io.fluxo.layer.norm.NormFactory.KIND, "norm-null", (path, width, affine, eps) -> null);
                    to.add(io.fluxo.layer.norm.NormFactory.KIND, "norm-throws", (path, width, affine, eps) -> {
                        throw new UnsupportedOperationException("no norm today");
                    });
                    Availability can = new Availability.Available("a device", Set.of(DType.F32), List.of());
                    to.add(BackendProvider.KIND, "b-null", new Provider(() -> null, () -> null));
                    to.add(BackendProvider.KIND, "b-link", new Provider(() -> thrown(new UnsatisfiedLinkError("libmissing.so")), () -> null));
                    to.add(BackendProvider.KIND, "b-fields", new Provider(() -> new Availability.Available(null, null, null), () -> null));
                    to.add(BackendProvider.KIND, "b-opens-null", new Provider(() -> can, () -> null));
                    to.add(BackendProvider.KIND, "b-opens-not", new Provider(() -> can, () -> thrown(new AssertionError("does not open"))));
                }
            }
            """;

    @TempDir
    static Path shared;

    private static String plugins;

    @TempDir
    Path folder;

    @BeforeAll
    static void build() throws IOException {
        Path jars = Files.createDirectory(shared.resolve("plugins"));
        PluginJar.build(jars.resolve("hostile.jar"), shared, "hostile.Hostile", SOURCE);
        plugins = jars.toString();
    }

    private static Ran fluxo(String... arguments) {
        return VerifyCommandTest.fluxo(Stream.concat(Stream.of(arguments), Stream.of("--plugins", plugins))
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            download      | hostile.Hostile$Bad of hostile.jar: reading the tensor [2, 4, d_model=4] back to the host would cut its dependence
            null          | blocks.0 (hostile.Hostile$Bad of hostile.jar) returned null instead of a tensor
            recursion     | hostile.Hostile$Bad of hostile.jar: java.lang.StackOverflowError: it calls itself without end
            link          | hostile.Hostile$Bad of hostile.jar: java.lang.NoClassDefFoundError: com/example/Missing
            npe           | hostile.Hostile$Bad of hostile.jar: java.lang.NullPointerException
            error         | hostile.Hostile$Bad of hostile.jar: java.lang.Error: an error of its own kind
            constructor   | hostile.Hostile$Bad of hostile.jar: the constructor says no
            no-chapter    | blocks.0 (hostile.Hostile$Bad of hostile.jar) returned null from chapter()
            wrong-chapter | blocks.0 (hostile.Hostile$Bad of hostile.jar) has to say in chapter() at which of its hook points x is, and says hook_nowhere
            factory       | returned null instead of a block for blocks.0
            """)
    void aBlockThatCannotBeExaminedIsNeitherProvedNorTheEnd(String kind, String reason) {
        Ran ran = fluxo("verify", "worked-example-sums", "theorem-1", "propagation", "not-testable-success", "--placement", "bad-" + kind, "--trials", "2", "--json", "-");
        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
        List<JsonNode> rows = Json.parse(ran.out()).path("claims").valueStream().toList();
        assertThat(rows).extracting(row -> row.path("verdict").asString()).containsExactly("holds", "skipped", "skipped", "not testable");
        assertThat(rows).extracting(row -> row.path("expected").asString()).containsExactly("holds", "proved", "holds", "not testable");
        assertThat(rows.get(1).path("measured").asString()).startsWith("cannot be examined: ").contains(reason);
    }

    @Test
    void otherBlocksOfAModelAreExaminedAllTheSame() throws IOException {
        Path spec = Files.writeString(folder.resolve("m.yaml"), "model: {n_layers: 3, placement: {default: pre, \"1\": bad-recursion}}\ntask: {kind: markov}\n");
        Ran ran = fluxo("verify", "theorem-1", "theorem-2.1", "--spec", spec.toString(), "--trials", "2");
        assertThat(ran.out()).containsPattern("theorem-1 +pre in blocks 0, 2 +proved +✓").containsPattern("theorem-1 +bad-recursion in block 1 +skipped +✗ expected: proved")
                .containsPattern("theorem-2.1 +pre in blocks 0, 2 +proved +✓");
        assertThat(ran.status()).isEqualTo(1);
    }

    @Test
    void aCheckThatTriesCasesCountsAThrownErrorAsACase() {
        Ran ran = fluxo("verify", "observation-1", "--placement", "bad-link", "--trials", "2");
        assertThat(ran.out()).contains("refuted", "it threw java.lang.NoClassDefFoundError: com/example/Missing");
        assertThat(ran.status()).isEqualTo(1);
    }

    @Test
    void backendsThatSayTheyCanRunAndCannotAreLeftOutByName() {
        Ran ran = fluxo("verify", "theorem-1", "--placement", "bad-fine", "--trials", "2");
        assertThat(ran.out()).contains("was run on ejml f32, ejml f64, simd f32; not on b-opens-not f32 (", "all as expected",
                "hostile.Hostile$Provider of hostile.jar threw from open(): java.lang.AssertionError: does not open");
        assertThat(ran.status()).isZero();
    }

    @Test
    void everyBackendIsListedWithWhatIsWrongWithIt() {
        Ran ran = fluxo("backends");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("b-null: hostile.Hostile$Provider of hostile.jar returned null from probe()",
                "b-link: hostile.Hostile$Provider of hostile.jar threw from probe(): java.lang.UnsatisfiedLinkError: libmissing.so",
                "b-fields: hostile.Hostile$Provider of hostile.jar threw from probe(): java.lang.NullPointerException").containsPattern("simd +yes");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            b-null       | returned null from probe()
            b-link       | threw from probe(): java.lang.UnsatisfiedLinkError: libmissing.so
            b-opens-null | returned null from open()
            b-opens-not  | threw from open(): java.lang.AssertionError: does not open
            """)
    void aBackendThatIsAskedForAndBreaksIsUnavailable(String backend, String reason) {
        Ran ran = fluxo("ablate", study("{model.placement: [pre, post]}").toString(), "--backend", backend, "--out", folder.resolve("x").toString());
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err()).startsWith("fluxo: the backend '" + backend + "' cannot run: hostile.Hostile$Provider of hostile.jar").contains(reason);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void theSchemaListsWhatThereIs() {
        Ran ran = fluxo("schema");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("bad-recursion", "norm-null");
    }

    private Path study(String vary) {
        try {
            return Files.writeString(folder.resolve("study.yaml"), """
                    study: tiny
                    task: {kind: markov, states: 5}
                    model: {n_layers: 1, d_model: 4, d_mlp: 4, n_ctx: 4}
                    training: {batch: 2, steps: 2}
                    vary: %s
                    seeds: 1
                    """.formatted(vary));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aTrialThatBreaksFailsAndTheOthersAreKept() throws IOException {
        Path out = folder.resolve("run");
        Ran ran = fluxo("ablate", study("{model.placement: [bad-null, bad-recursion, bad-error, bad-initializer, bad-factory, bad-download, pre]}").toString(), "--out", out.toString(), "--quiet");
        assertThat(ran.status()).isEqualTo(1);
        JsonNode variants = Json.parse(Files.readString(out.resolve("results.json"))).path("variants");
        assertThat(variants.valueStream().map(variant -> variant.path("trials").get(0).path("outcome").asString()))
                .containsExactly("failed", "failed", "failed", "failed", "failed", "finished", "finished");
        assertThat(variants.get(4).path("parameters").isNull()).isTrue();
        assertThat(variants.get(6).path("parameters").longValue()).isPositive();
        assertThat(ran.err()).contains("placement=bad-null,seed=1 failed: blocks.0 (hostile.Hostile$Bad of hostile.jar) returned null instead of a tensor",
                "hostile.Hostile$Bad of hostile.jar: java.lang.StackOverflowError", "hostile.Hostile$Bad of hostile.jar: java.lang.Error: an error of its own kind",
                "hostile.Hostile$Bad of hostile.jar: java.lang.NumberFormatException",
                "the placement 'bad-factory' returned null instead of a block for blocks.0").doesNotContain("an error in Fluxo itself");
        assertThat(out.resolve("report.html")).exists();
    }

    @Test
    void aPlanNamesWhatWillNotRun() {
        Ran ran = fluxo("ablate", study("{model.norm: [norm-null, layer_norm, norm-throws]}").toString(), "--dry-run");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).containsPattern("norm=norm-null,seed=1 +– +– +2").containsPattern("norm=layer_norm,seed=1 +[0-9]+ +[0-9]+ +2")
                .contains("of norm=layer_norm,seed=1", "without 2 whose size is not known");
        assertThat(ran.err()).contains("trial norm=norm-null,seed=1: the norm 'norm-null' returned null instead of a layer for blocks.0.ln1",
                "trial norm=norm-throws,seed=1: hostile.Hostile of hostile.jar: java.lang.UnsupportedOperationException: no norm today");
    }
}
