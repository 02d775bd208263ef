package io.fluxo.checkpoint;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.golden.SharedData;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arm's keyword transformer, trained, twelve post-norm layers deep: every state of the stream, and the words it hears. Its input is sound, not ids. */
class KeywordTest {

    private static final double TOLERANCE = 1e-4;
    private static final int D = 64;
    private static final int FRAMES = 98;
    private static final int FEATURES = 40;
    private static final List<String> LABELS = List.of("_silence_", "_unknown_", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go");

    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, D).with(N_HEADS, 1).with(D_MLP, 256).with(N_CTX, FRAMES + 1)
            .with(D_VOCAB, LABELS.size()).with(ACT_FN, "gelu_tanh").with(PLACEMENT, "post").with(NORM_AFFINE, true).with(NORM_EPS, 1e-6)
            .with(MASK, MaskKind.BIDIRECTIONAL).with(POSITIONS, "none").with(QKV_BIAS, BiasKind.NEVER).with(HEAD_BIAS, true);

    static Iterable<Setup> setups() {
        return Setup.ALL;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void everyStateAndEveryWordAreThoseOfTheReference(Setup setup) {
        Map<String, HostArray> weights = Converted.tensors(SharedData.folder("kwt1-postnorm").resolve("kwt1.safetensors"));
        Map<String, HostArray> reference = Converted.tensors(SharedData.folder("kwt1-postnorm").resolve("reference.safetensors"));
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            Transformer model = ModelBuilder.transformer(SPEC, Architectures.CATALOG);
            Map<String, HostArray> cells = cells(weights);
            model.fill(cell -> backend.upload(new HostArray(cell.shape(), setup.dtype(), cells.get(cell.name()).cast(setup.dtype()).array())));
            List<Double> differences = new ArrayList<>();
            for (String sound : List.of("yes", "no", "silence", "noise")) {
                Cache cache = Cache.of(model.streamPoints().toArray(String[]::new));
                Pass pass = Pass.evaluation(backend).with(cache).withAliases(model.aliases());
                Tensor x = backend.upload(HostArray.of(Shape.of(1, FRAMES + 1, D), embedded(weights, reference.get(sound + ".features").toDoubles())).cast(setup.dtype()));
                double[] logits = Arrays.copyOf(backend.download(model.unembed(pass, model.stream(pass, x))).toDoubles(), LABELS.size());
                differences.add(PeerComparison.largest(logits, reference.get(sound + ".logits").toDoubles()));
                if (reference.containsKey(sound + ".hidden")) {
                    double[] hidden = reference.get(sound + ".hidden").toDoubles();
                    for (int state = 0; state <= 12; state++) {
                        int size = (FRAMES + 1) * D;
                        differences.add(PeerComparison.largest(backend.download(cache.get(model.streamPoints().get(state))).toDoubles(),
                                Arrays.copyOfRange(hidden, state * size, (state + 1) * size)));
                    }
                }
                if (!sound.equals("noise")) { // noise is no word, and the model hears none clearly
                    assertThat(LABELS.get(largest(logits))).isEqualTo(sound.equals("silence") ? "_silence_" : sound);
                }
            }
            System.out.println("kwt1-postnorm, " + setup.name() + ": largest difference " + differences.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
            assertThat(differences).hasSize(4 + 2 * 13).allSatisfy(difference -> assertThat(difference).isLessThan(TOLERANCE));
        }
    }

    /** concat(class_emb, features · patchᵀ + b) + pos_emb. */
    private static double[] embedded(Map<String, HostArray> weights, double[] features) {
        double[] patch = weights.get("patch.weight").toDoubles();
        double[] bias = weights.get("patch.bias").toDoubles();
        double[] x = weights.get("pos_emb").toDoubles().clone();
        double[] beginning = weights.get("class_emb").toDoubles();
        for (int i = 0; i < D; i++) {
            x[i] += beginning[i];
            for (int frame = 0; frame < FRAMES; frame++) {
                double sum = bias[i];
                for (int f = 0; f < FEATURES; f++) {
                    sum += features[frame * FEATURES + f] * patch[i * FEATURES + f];
                }
                x[(frame + 1) * D + i] += sum;
            }
        }
        return x;
    }

    private static Map<String, HostArray> cells(Map<String, HostArray> weights) {
        Map<String, HostArray> cells = new TreeMap<>();
        cells.put("W_E", HostArray.of(Shape.of(LABELS.size(), D), DType.F32, new double[LABELS.size() * D])); // nothing looks anything up
        for (int layer = 0; layer < 12; layer++) {
            String block = "blocks." + layer + ".";
            for (String name : List.of("q", "k", "v", "o")) {
                cells.put(block + "attn.W_" + name.toUpperCase(Locale.ROOT), Converted.turned(weights.get(block + "attn." + name + ".weight")));
            }
            cells.put(block + "attn.b_O", weights.get(block + "attn.o.bias"));
            cells.put(block + "mlp.W_in", Converted.turned(weights.get(block + "mlp.fc1.weight")));
            cells.put(block + "mlp.b_in", weights.get(block + "mlp.fc1.bias"));
            cells.put(block + "mlp.W_out", Converted.turned(weights.get(block + "mlp.fc2.weight")));
            cells.put(block + "mlp.b_out", weights.get(block + "mlp.fc2.bias"));
            for (int norm = 1; norm <= 2; norm++) {
                cells.put(block + "ln" + norm + ".w", weights.get(block + "norm" + norm + ".weight"));
                cells.put(block + "ln" + norm + ".b", weights.get(block + "norm" + norm + ".bias"));
            }
        }
        cells.put("W_U", Converted.turned(weights.get("head.weight")));
        cells.put("b_U", weights.get("head.bias"));
        return cells;
    }

    private static int largest(double[] values) {
        int at = 0;
        for (int i = 1; i < values.length; i++) {
            at = values[i] > values[at] ? i : at;
        }
        return at;
    }
}
