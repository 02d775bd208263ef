package io.fluxo.experiments.verify.gradient;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;

/**
 * A stack of ReLU networks without attention, and the gradient of a random linear function of its logits with respect to the stream after each block: every
 * weight N(0, 1/d), hidden layers of width d, gains 1, ε = 0; d = 128, 64 tokens.
 */
final class NetworkStack {

    static final int SEEDS = 6;
    private static final int WIDTH = 128;
    private static final int TOKENS = 64;
    private static final int VOCABULARY = 64;

    private NetworkStack() {}

    /** Norm of the gradient at {@code point} of each of {@code layers} blocks, the first block first. */
    static double[] gradients(Apparatus apparatus, String placement, int layers, String point, int seed) {
        RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, WIDTH).with(D_MLP, PerLayer.of(WIDTH)).with(N_CTX, TOKENS).with(D_VOCAB, VOCABULARY)
                .with(PLACEMENT, PerLayer.of(Choice.of(placement))).with(NORM_EPS, PerLayer.of(0.0)).with(ATTENTION, PerLayer.of(Choice.of("none")))
                .with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
        HostArray direction = HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", TOKENS), Dim.of("d_vocab", VOCABULARY)), DType.F64,
                Draws.normal(key.split("direction"), TOKENS * VOCABULARY, 1));
        double deviation = 1 / Math.sqrt(WIDTH);
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, cell -> cell.name().contains(".mlp.W_")
                ? Draws.normal(key.split(cell.name()), cell.shape().elements(), deviation) : cell.initializer().sample(cell.shape(), key.split(cell.name())))) {
            Map<String, HostArray> gradients = blocks.gradients(Draws.stream(key.split("x0"), TOKENS, WIDTH, DType.F64),
                    (pass, x) -> pass.sumAll(pass.mul(blocks.model().unembed(pass, x), blocks.backend().upload(direction))), List.of(), "blocks.*." + point);
            double[] norms = new double[layers];
            for (int layer = 0; layer < layers; layer++) {
                norms[layer] = norm(gradients.get(Text.format("blocks.%d.%s", layer, point)));
            }
            return norms;
        }
    }

    static double norm(HostArray array) {
        double squares = 0;
        for (double value : array.toDoubles()) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
