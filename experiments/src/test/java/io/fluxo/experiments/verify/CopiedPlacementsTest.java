package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every built-in placement, copied line for line into a third party's jar under another name, gets the same verdicts, the same messages and the same
 * losses, bit for bit: nothing looks at a name.
 */
class CopiedPlacementsTest {

    private static final Path SOURCES = Path.of("../core/src/main/java/io/fluxo/block");
    private static final String COPY = "copied-";

    /** As the catalogue registers them. */
    private static final Map<String, String> PLACEMENTS = placements();

    @TempDir
    static Path folder;

    private static Path plugins;

    private static Map<String, String> placements() {
        Map<String, String> made = new LinkedHashMap<>();
        made.put("post", "Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS)");
        made.put("pre", "Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS)");
        made.put("none", "Placement.of(NoNormBlock::new, false, NoNormBlock.TRAITS)");
        made.put("sandwich", "Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS)");
        made.put("res_post", "Placement.of(ResPostBlock::new, true, ResPostBlock.TRAITS)");
        made.put("deep_norm", "new DeepNorm()");
        made.put("post_scaled", "new ScaledPost(SkipScale.STANDARD)");
        made.put("keel", "new Keel(SkipScale.STANDARD)");
        made.put("siamese", "new Siamese()");
        made.put("hyper_connections", "HyperConnections.STANDARD");
        made.put("mhc", "ManifoldHyperConnections.STANDARD");
        made.put("attn_res", "AttnRes.STANDARD");
        made.put("deep_delta", "DeepDelta.STANDARD");
        made.put("ngpt", "Ngpt.STANDARD");
        made.put("resi_dual", "new ResiDual()");
        made.put("mix_ln", "new MixLn()");
        made.put("ln_scaling", "Placement.of(LnScalingBlock::new, true)");
        made.put("parallel", "Placement.of(ParallelBlock::new, true, ParallelBlock.TRAITS)");
        made.put("norm_former", "new NormFormer()");
        made.put("hybrid_norm", "new HybridNorm()");
        made.put("rezero", "Placement.of(ReZeroBlock::new, false, ReZeroBlock.TRAITS)");
        return made;
    }

    @BeforeAll
    static void copyIntoAJar() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        Map<String, String> sources = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.sorted().toList()) {
                String source = Files.readString(file);
                if (isADesign(source)) {
                    sources.put("copied." + file.getFileName().toString().replace(".java", ""), copied(source));
                }
            }
        }
        String bindings = PLACEMENTS.entrySet().stream().map(entry -> "        to.add(Placement.KIND, \"" + COPY + entry.getKey() + "\", " + entry.getValue() + ");\n")
                .collect(Collectors.joining());
        sources.put("copied.CopiedPlugin", copied("""
                package io.fluxo.block;

                public final class CopiedPlugin implements io.fluxo.plugin.FluxoPlugin {
                    @Override
                    public void contribute(io.fluxo.plugin.Contributions to) {
                %s    }
                }
                """.replace("%s", bindings)));
        PluginJar.build(plugins.resolve("copied.jar"), folder, "copied.CopiedPlugin", sources);
    }

    /** Blocks and placements, and what they keep to themselves; not what all are made of. */
    private static boolean isADesign(String source) {
        return Pattern.compile("^(final class|record|public final class \\w+Block extends|public .*implements Placement) ", Pattern.MULTILINE).matcher(source).find();
    }

    /** Another package, from which the original one is imported: its own classes of the same names come first. */
    private static String copied(String source) {
        return source.replace("package io.fluxo.block;\n", "package copied;\n\nimport io.fluxo.block.*;\n").replace("import io.fluxo.block.ResiDualBlock", "import copied.ResiDualBlock")
                .replace("import io.fluxo.block.SiameseBlock", "import copied.SiameseBlock");
    }

    static Stream<String> names() {
        return PLACEMENTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aCopyGetsTheSameVerdictsInTheSameWords(String name) {
        JsonNode original = verified(name);
        JsonNode copy = verified(COPY + name);
        assertThat(original.path("claims").size()).isGreaterThan(15);
        assertThat(Json.pretty(copy).replace(COPY, "")).isEqualTo(Json.pretty(original));
    }

    private JsonNode verified(String placement) {
        VerifyCommandTest.Ran ran = VerifyCommandTest.fluxo("verify", "--placement", placement, "--plugins", plugins.toString(), "--trials", "2", "--json", "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode json = Json.parse(ran.out());
        json.path("claims").forEach(claim -> ((ObjectNode) claim).remove("seconds"));
        return json;
    }

    @ParameterizedTest
    @MethodSource("names")
    void aCopyIsRefusedInTheSameWords(String name) throws IOException {
        for (String model : List.of("residual: none", "ffn: false", "final_norm: never", "norm_affine: true", "qk_norm: true, n_heads: 2, norm_eps: 1e-6",
                "attention: uniform, n_heads: 2")) {
            assertThat(planned(COPY + name, model).replace(COPY, "")).as(model).isEqualTo(planned(name, model));
        }
    }

    /** What stands in the way of a model; if nothing does, what is refused after all else: judged_from without conditions. */
    private static String planned(String placement, String model) throws IOException {
        Path study = Files.writeString(folder.resolve("plan.yaml"), """
                task: {kind: markov, states: 5}
                model: {n_layers: 4, d_model: 8, placement: %s, %s}
                judged_from: 1
                """.formatted(placement, model));
        return VerifyCommandTest.fluxo("ablate", study.toString(), "--plugins", plugins.toString(), "--dry-run").err();
    }

    @Test
    void aCopyLearnsTheSame() throws IOException {
        Path study = Files.writeString(folder.resolve("copies.yaml"), """
                study: copies
                task: {kind: markov, states: 5}
                model: {n_layers: 4, d_model: 8, n_heads: 2, d_mlp: 12, n_ctx: 6, norm_affine: true}
                training: {batch: 2, steps: 8, lr: 1e-2}
                vary: {model.placement: [%s]}
                seeds: 1
                """.replace("%s", Stream.concat(names(), names().map(name -> COPY + name)).collect(Collectors.joining(", "))));
        VerifyCommandTest.Ran ran = VerifyCommandTest.fluxo("ablate", study.toString(), "--plugins", plugins.toString(), "--out", folder.resolve("run").toString(),
                "--quiet", "--json", "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        Map<String, JsonNode> losses = new LinkedHashMap<>();
        Json.parse(ran.out()).path("variants").forEach(variant -> losses.put(variant.path("vary").path("model.placement").asString(),
                variant.path("final_loss").path("mean")));
        assertThat(losses).hasSize(2 * PLACEMENTS.size());
        names().forEach(name -> assertThat(losses.get(COPY + name)).as(name).isEqualTo(losses.get(name)));
        assertThat(List.copyOf(losses.values()).stream().distinct().count()).as("placements differ").isGreaterThan(8);
    }
}
