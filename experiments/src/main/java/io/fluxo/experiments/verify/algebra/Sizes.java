package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;

/** The sizes of a small model, none of which another one implies. */
public record Sizes(int tokens, int width, int heads, int headWidth, int hidden, int layers) {

    public static Sizes of(Trial trial) {
        return new Sizes(trial.between("tokens", 2, 6), trial.between("width", 3, 10), trial.between("heads", 1, 3), trial.between("head", 1, 4),
                trial.between("hidden", 2, 12), trial.between("layers", 1, 3));
    }

    public Sizes withLayers(int number) {
        return new Sizes(tokens, width, heads, headWidth, hidden, number);
    }

    public Sizes withHeadWidth(int number) {
        return new Sizes(tokens, width, heads, number, hidden, layers);
    }

    /** A model of these sizes without positions, with ε = 0. */
    public ModelSpec spec(String placement) {
        return ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, width).with(N_HEADS, heads).with(D_HEAD, headWidth).with(D_MLP, hidden).with(N_CTX, tokens).with(D_VOCAB, 5)
                .with(PLACEMENT, placement).with(NORM_EPS, 0.0).with(POSITIONS, "none").with(ACT_FN, "gelu");
    }

    /** Attention and residual connections alone. */
    public ModelSpec attentionOnly() {
        return spec("none").with(FFN, false);
    }

    /** Values of a cell: matrices N(0, 1/rows), vectors N(0, 1), so that gains and biases are as large as what they act on. */
    public static double[] values(Trial trial, Cell cell) {
        int rank = cell.shape().rank();
        return Draws.normal(trial.key().split(cell.name()), cell.shape().elements(), rank < 2 ? 1 : 1 / Math.sqrt(cell.shape().size(0)));
    }

    /** What enters the first block, N(0, 1). */
    public HostArray x0(Trial trial) {
        return Draws.stream(trial.key().split("x0"), tokens, width, DType.F64);
    }
}
