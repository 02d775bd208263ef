package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.ATTENTION;
import static io.fluxo.model.ModelSpec.BIAS;
import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.MASK;
import static io.fluxo.model.ModelSpec.NORM_EPS;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.POSITIONS;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A stack of post-norm's kind as it begins, on normalised tokens: d = 64, 32 tokens, one head, gains 1, ε = 0, matrices as they are drawn by default, N(0, 2/(rows + columns)), which is N(0, 1/d)
 * where it is square. Closing it frees what it made.
 */
final class KeelStack implements AutoCloseable {

    static final int SEEDS = 4;
    static final int[] DEPTHS = {6, 12, 24, 48};

    private static final int WIDTH = 64;
    private static final int TOKENS = 32;
    private static final int VOCABULARY = 64;

    /** The sub-layers of its blocks. */
    enum SubLayers {
        /** A ReLU network of width d. */
        NETWORK("networks alone", "none", WIDTH),
        /** Uniform attention over all tokens without W_O, and such a network. */
        UNIFORM("uniform attention", "uniform", WIDTH),
        /** Causal softmax attention with W_O, and a ReLU network of width 4d. */
        CAUSAL("causal softmax", "softmax", 4 * WIDTH);

        private final String words;
        private final String attention;
        private final int hidden;

        SubLayers(String words, String attention, int hidden) {
            this.words = words;
            this.attention = attention;
            this.hidden = hidden;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private final Blocks blocks;
    private final int layers;
    private final RandomKey key;
    private final HostArray x0;

    KeelStack(Apparatus apparatus, Choice placement, SubLayers subLayers, int layers, int seed) {
        this.layers = layers;
        key = RandomKey.of(apparatus.seed()).split(seed);
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, WIDTH).with(N_HEADS, PerLayer.of(1)).with(D_MLP, PerLayer.of(subLayers.hidden)).with(N_CTX, TOKENS)
                .with(D_VOCAB, VOCABULARY).with(PLACEMENT, PerLayer.of(placement)).with(NORM_EPS, PerLayer.of(0.0)).with(ATTENTION, PerLayer.of(Choice.of(subLayers.attention)))
                .with(MASK, PerLayer.of(subLayers == SubLayers.CAUSAL ? MaskKind.CAUSAL : MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key);
        if (subLayers == SubLayers.UNIFORM) {
            blocks.set("blocks.*.attn.W_O", _ -> Draws.identity(WIDTH));
        }
        x0 = Draws.stream(TOKENS, WIDTH, DType.F64, Rows.normed(Draws.normal(key.split("x0"), TOKENS * WIDTH, 1), WIDTH));
    }

    /**
     * What the residual connections alone pass on from x_0 to x_L, and how alike these are; means over tokens.
     *
     * @param gain   the product of α/σ over sub-layers
     * @param cosine of x_0 and x_L
     */
    record Passed(double gain, double cosine) {}

    /** @param alpha what the residual carries of x */
    Passed passed(double alpha) {
        Blocks.Run run = blocks.run(x0, "blocks.*.hook_resid_mid", "blocks.*.hook_resid_post");
        double[] gains = Draws.constant(TOKENS, 1);
        for (HostArray sum : run.hooks().values()) {
            double[] sigma = Rows.deviations(sum.toDoubles(), WIDTH);
            Arrays.setAll(gains, i -> gains[i] * alpha / sigma[i]);
        }
        double cosine = 0;
        for (int i = 0; i < TOKENS; i++) {
            cosine += cosine(HostMatrix.row(x0, 0, i), HostMatrix.row(run.output(), 0, i)) / TOKENS;
        }
        return new Passed(Arrays.stream(gains).average().orElseThrow(), cosine);
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        for (int c = 0; c < a.length; c++) {
            product += a[c] * b[c];
        }
        return product / norm(a) / norm(b);
    }

    /** ‖g_0‖/‖g_L‖ of the cross-entropy with random targets: the gradient with respect to x_0, over the one with respect to x_L. */
    double gradient() {
        int[] targets = new int[TOKENS];
        Arrays.setAll(targets, i -> key.split("targets").below(VOCABULARY, i));
        HostArray wanted = HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", TOKENS)), targets);
        String first = "blocks.0.hook_resid_pre";
        String last = Text.format("blocks.%d.hook_normalized_resid_post", layers - 1);
        Map<String, HostArray> gradients = blocks.gradients(x0, (pass, x) -> pass.sumAll(pass.crossEntropy(blocks.model().unembed(pass, x), blocks.backend().upload(wanted))), List.of(),
                first, last);
        return norm(gradients.get(first).toDoubles()) / norm(gradients.get(last).toDoubles());
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    }

    @Override
    public void close() {
        blocks.close();
    }
}
