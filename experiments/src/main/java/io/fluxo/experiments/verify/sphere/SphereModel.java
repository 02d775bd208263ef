package io.fluxo.experiments.verify.sphere;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Ngpt;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/**
 * Stacks on the sphere, without positions, biases and gains, with a ReLU network; weights N(0, 1/rows).
 *
 * @param tokens of the one sequence
 * @param heads  of width {@code head}
 */
record SphereModel(int tokens, int width, int heads, int head, int hidden, int layers) {

    ModelSpec spec() {
        return ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, width).with(N_HEADS, heads).with(D_HEAD, head).with(D_MLP, hidden).with(N_CTX, tokens)
                .with(PLACEMENT, "ngpt").with(POSITIONS, "none").with(ACT_FN, "relu").with(BIAS, false).with(NORM_AFFINE, false).with(NORM_EPS, 0.0);
    }

    /** Its blocks in float64. */
    Blocks blocks(Apparatus apparatus, ModelSpec spec, RandomKey key) {
        return Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key)
                .set("blocks.*.W_*", cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), 1 / Math.sqrt(cell.shape().size(0))));
    }

    /** What is stored for α. */
    double stored(double alpha) {
        return alpha / (Ngpt.STANDARD.alpha() * Math.sqrt(width));
    }

    /** x_0, N(0, I), which the first block puts on the sphere. */
    HostArray x0(RandomKey key) {
        return Draws.stream(key.split("x0"), tokens, width, DType.F64);
    }
}
