package io.fluxo.experiments.verify.initial;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/**
 * The configuration for which Xiong et al. (2020) compute the stream at initialisation: x_0 ~ N(0, I), every weight matrix d × d with entries N(0, 1/d), uniform
 * attention over all tokens (W_Q = W_K = 0) without W_O, a ReLU network with a hidden layer of width d, gains 1, ε = 0; d = 128, 64 tokens.
 */
public final class XiongModel {

    public static final int WIDTH = 128;
    public static final int TOKENS = 64;
    public static final int SEEDS = 6;

    private XiongModel() {}

    /** The specification with {@code placement} and {@code layers} blocks. */
    public static ModelSpec spec(String placement, int layers) {
        return ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, WIDTH).with(N_HEADS, PerLayer.of(1)).with(D_MLP, PerLayer.of(WIDTH)).with(N_CTX, TOKENS)
                .with(PLACEMENT, PerLayer.of(Choice.of(placement))).with(NORM_EPS, PerLayer.of(0.0)).with(ATTENTION, PerLayer.of(Choice.of("uniform")))
                .with(MASK, PerLayer.of(MaskKind.BIDIRECTIONAL)).with(BIAS, PerLayer.of(false)).with(POSITIONS, Choice.of("none"));
    }

    /** Its blocks in float64, with weights drawn from {@code seed}. */
    public static Blocks blocks(Apparatus apparatus, ModelSpec spec, RandomKey seed) {
        return blocks(apparatus, Apparatus.REFERENCE, spec, seed);
    }

    /** Its blocks on another backend. */
    public static Blocks blocks(Apparatus apparatus, Apparatus.Setup on, ModelSpec spec, RandomKey seed) {
        return Blocks.of(spec, apparatus.catalog(), apparatus.backend(on), on.dtype(), cell -> drawn(cell, seed.split(cell.name())));
    }

    private static double[] drawn(Cell cell, RandomKey key) {
        return switch (cell.name().substring(cell.name().lastIndexOf('.') + 1)) {
            case "W_V", "W_in", "W_out" -> Draws.normal(key, cell.shape().elements(), 1 / Math.sqrt(WIDTH));
            case "W_O" -> Draws.identity(WIDTH);
            default -> cell.initializer().sample(cell.shape(), key);
        };
    }

    /** {@code blocks} with every drawn weight multiplied by {@code factor}. */
    public static Blocks scaled(Blocks blocks, double factor) {
        for (String drawn : new String[] {"blocks.*.attn.W_V", "blocks.*.mlp.W_in", "blocks.*.mlp.W_out"}) {
            blocks.set(drawn, cell -> Arrays.stream(blocks.value(cell.name()).toDoubles()).map(weight -> factor * weight).toArray());
        }
        return blocks;
    }

    /** x_0, [1 pos d_model]. */
    public static HostArray x0(RandomKey seed) {
        return x0(seed, DType.F64);
    }

    public static HostArray x0(RandomKey seed, DType dtype) {
        return Draws.stream(seed.split("x0"), TOKENS, WIDTH, dtype);
    }
}
