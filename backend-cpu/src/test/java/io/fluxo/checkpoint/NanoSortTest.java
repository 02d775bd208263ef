package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.golden.SharedData;
import io.fluxo.layer.Pass;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** minGPT trained to sort six digits of three kinds: every value within its first block as PyTorch computed it, and what it sorts. */
class NanoSortTest {

    private static final double TOLERANCE = 1e-5;
    private static final int DIGITS = 6;

    /** What the reference calls a value → our hook point. */
    private static final Map<String, String> POINTS = Map.ofEntries(Map.entry("tok_emb", "hook_embed"), Map.entry("pos_emb", "hook_pos_embed"),
            Map.entry("x", "blocks.0.hook_resid_pre"), Map.entry("ln1", "blocks.0.ln1.hook_out"), Map.entry("att", "blocks.0.attn.hook_attn_scores"),
            Map.entry("attSm", "blocks.0.attn.hook_pattern"), Map.entry("y", "blocks.0.attn.hook_z"), Map.entry("yProj", "blocks.0.hook_attn_out"),
            Map.entry("attnResid", "blocks.0.hook_resid_mid"), Map.entry("ln2", "blocks.0.ln2.hook_out"), Map.entry("fc", "blocks.0.mlp.hook_pre"),
            Map.entry("gelu", "blocks.0.mlp.hook_post"), Map.entry("mlp", "blocks.0.hook_mlp_out"), Map.entry("mlpResid", "blocks.0.hook_resid_post"),
            Map.entry("block0", "blocks.0.hook_resid_post"), Map.entry("block1", "blocks.1.hook_resid_post"), Map.entry("block2", "blocks.2.hook_resid_post"),
            Map.entry("ln_f", "ln_final.hook_out"));

    @TempDir
    private Path directory;

    static Iterable<Setup> setups() {
        return Setup.ALL;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void everyValueOfTheFirstBlockIsThatOfPyTorch(Setup setup) throws IOException {
        Map<String, HostArray> expected = Converted.tensors(SharedData.folder("gpt-nano-sort").resolve("partials.safetensors"));
        convert(directory);
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Transformer model = (Transformer) ModelDirectory.read(directory, Architectures.CATALOG, backend, setup.dtype());
            Cache cache = new Cache(_ -> true);
            Pass pass = Pass.evaluation(backend).with(cache);
            int[] ids = Arrays.stream(expected.get("idx").toDoubles()).mapToInt(id -> (int) id).toArray();
            Tensor logits = model.forward(pass, backend.upload(HostArray.of(Shape.of(3, 11), ids)));
            Map<String, Double> differences = new LinkedHashMap<>();
            POINTS.forEach((name, point) -> differences.put(name, largest(backend.download(cache.get(point)).toDoubles(), expected.get(name).toDoubles())));
            for (String name : new String[] {"q", "k", "v"}) {
                differences.put(name, largest(Converted.swapped(backend.download(cache.get("blocks.0.attn.hook_" + name))), expected.get(name).toDoubles()));
            }
            differences.put("lm_head", largest(backend.download(logits).toDoubles(), expected.get("lm_head").toDoubles()));
            differences.put("probs", largest(backend.download(pass.softmax(logits)).toDoubles(), expected.get("probs").toDoubles()));
            System.out.println("gpt-nano-sort, " + setup.name() + ": " + differences);
            assertThat(differences).hasSize(23).allSatisfy((name, difference) -> assertThat(difference).as(name).isLessThan(TOLERANCE));
        }
    }

    @ParameterizedTest
    @MethodSource("setups")
    void greedyDecodingSortsEveryInput(Setup setup) throws IOException {
        SharedData.folder("gpt-nano-sort");
        convert(directory);
        int inputs = (int) Math.pow(3, DIGITS);
        int[][] rows = new int[inputs][];
        for (int number = 0; number < inputs; number++) {
            int rest = number;
            rows[number] = new int[DIGITS];
            for (int i = 0; i < DIGITS; i++, rest /= 3) {
                rows[number][i] = rest % 3;
            }
        }
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Transformer model = (Transformer) ModelDirectory.read(directory, Architectures.CATALOG, backend, setup.dtype());
            for (int i = 0; i < DIGITS; i++) {
                int length = DIGITS + i;
                int[] ids = Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
                Pass pass = Pass.evaluation(backend);
                double[] next = backend.download(pass.argMax(model.forward(pass, backend.upload(HostArray.of(Shape.of(inputs, length), ids))), 2)).toDoubles();
                for (int row = 0; row < inputs; row++) {
                    rows[row] = Arrays.copyOf(rows[row], length + 1);
                    rows[row][length] = (int) next[row * length + length - 1];
                }
            }
        }
        long sorted = Arrays.stream(rows).filter(row -> {
            int[] given = Arrays.copyOf(row, DIGITS);
            Arrays.sort(given);
            return Arrays.equals(given, Arrays.copyOfRange(row, DIGITS, 2 * DIGITS));
        }).count();
        assertThat(sorted).isEqualTo(729);
    }

    /** minGPT stores [out in] where GPT-2 stores [in out]. */
    private static void convert(Path directory) throws IOException {
        Map<String, HostArray> tensors = Converted.tensors(SharedData.folder("gpt-nano-sort").resolve("model.safetensors"));
        tensors.replaceAll((name, values) -> name.matches(".*(c_attn|c_proj|c_fc)\\.weight") ? Converted.turned(values) : values);
        Converted.write(directory, """
                {"model_type": "gpt2", "vocab_size": 3, "n_positions": 11, "n_embd": 48, "n_layer": 3, "n_head": 3, "activation_function": "gelu_new",
                 "layer_norm_epsilon": 1e-5, "tie_word_embeddings": false}""", tensors);
    }

    /** −∞ beside −∞ is no difference. */
    private static double largest(double[] ours, double[] theirs) {
        double[] left = ours.clone();
        double[] right = theirs.clone();
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            if (left[i] == Double.NEGATIVE_INFINITY && right[i] == Double.NEGATIVE_INFINITY) {
                left[i] = 0;
                right[i] = 0;
            }
        }
        return PeerComparison.largest(left, right);
    }
}
