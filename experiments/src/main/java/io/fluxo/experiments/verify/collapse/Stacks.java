package io.fluxo.experiments.verify.collapse;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/** Stacks of attention with one head over all tokens, without positions and biases, ε = 0: x_0 ~ N(0, I), every weight matrix N(0, 1/rows). */
final class Stacks {

    /** The most layers that a stack has here. */
    static final int LAYERS = 12;

    private static final int WIDTH = 64;
    private static final int TOKENS = 32;

    private Stacks() {}

    /** Attention alone: no residual connection, no norm, no network; d = 64, 32 tokens. */
    static ModelSpec attentionOnly(int layers) {
        return attentionOnly(layers, WIDTH, TOKENS);
    }

    static ModelSpec attentionOnly(int layers, int width, int tokens) {
        return ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, width).with(N_HEADS, PerLayer.of(1)).with(D_HEAD, PerLayer.of(width)).with(D_MLP, PerLayer.of(4 * width))
                .with(N_CTX, tokens).with(PLACEMENT, PerLayer.of(Choice.of("none"))).with(RESIDUAL, PerLayer.of(ResidualKind.NONE)).with(FFN, PerLayer.of(false))
                .with(NORM_EPS, PerLayer.of(0.0)).with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
    }

    /** The key of seed number {@code seed}. */
    static RandomKey key(Apparatus apparatus, int seed) {
        return RandomKey.of(apparatus.seed()).split("collapse").split(seed);
    }

    static Blocks blocks(Apparatus apparatus, ModelSpec spec, RandomKey key) {
        return Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, key)
                .set("blocks.*.W_*", cell -> Draws.normal(key.split(cell.name()), cell.shape().elements(), 1 / Math.sqrt(cell.shape().size(0))));
    }

    /** x_0, [1 pos d_model]. */
    static HostArray x0(ModelSpec spec, RandomKey key) {
        return Draws.stream(key.split("x0"), spec.get(N_CTX), spec.get(D_MODEL), DType.F64);
    }
}
