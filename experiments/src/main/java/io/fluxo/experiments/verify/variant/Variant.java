package io.fluxo.experiments.verify.variant;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.ScoreRule;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Optional;

/**
 * Sizes and inputs of one case, and attention of any kind at these sizes with random weights.
 *
 * @param tokens of the one sequence
 * @param width  of the stream
 * @param heads  each with keys and values of its own
 * @param head   width of one head
 * @param layer  in which the attention stands, from 0
 */
record Variant(int tokens, int width, int heads, int head, int layer, RandomKey key) {

    static final double TOLERANCE = 1e-10;

    /** Of all weights. */
    static final double DEVIATION = 0.7;

    /** Case number {@code trial}: 2 … 8 tokens, width 3 … 12, 1 … 4 heads of width 2 … 5, layer 0 … 9. */
    static Variant drawn(Apparatus apparatus, String claim, int trial) {
        RandomKey key = RandomKey.of(apparatus.seed()).split(claim).split(trial);
        return new Variant(2 + key.below(7, 0), 3 + key.below(10, 1), 1 + key.below(4, 2), 2 + key.below(4, 3), key.below(10, 4), key);
    }

    /** The attention of {@code kind} at these sizes. */
    OneLayer attention(Apparatus apparatus, Choice kind, Mask mask, boolean bias) {
        Dim size = Dim.of("d_head", head);
        Dim count = Dim.of("head", heads);
        var dims = new MultiHeadAttention.Dims(Dim.of("d_model", width), count, count, size, size);
        var design = new MultiHeadAttention.Design(mask, bias, bias, Initializer.ZEROS, Initializer.ZEROS, Initializer.ZEROS, ScorePositions.NONE, Optional.empty(), ScoreRule.CHAPTER,
                Optional.empty(), 0, layer);
        return new OneLayer(apparatus.catalog().part(AttentionKind.KIND, kind).attention("attn", dims, design), apparatus.reference(), key.split("weights"), DEVIATION);
    }

    OneLayer attention(Apparatus apparatus, String kind, Mask mask) {
        return attention(apparatus, Choice.of(kind), mask, false);
    }

    /** The tokens, [1 pos d_model]. */
    HostArray x() {
        return Draws.stream(key.split("x"), tokens, width, DType.F64);
    }

    /** The index of row {@code i}, column {@code j} of head {@code h} in a pattern [1 head n m]. */
    int at(int h, int i, int j) {
        return (h * tokens + i) * tokens + j;
    }

    /** Row {@code i} of head {@code h} of a pattern or of scores. */
    double[] row(double[] pattern, int h, int i) {
        double[] row = new double[tokens];
        System.arraycopy(pattern, at(h, i, 0), row, 0, tokens);
        return row;
    }

    /** ln Σ exp over the finite entries. */
    static double logSumExp(double[] row) {
        double most = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            most = Math.max(most, value);
        }
        double sum = 0;
        for (double value : row) {
            sum += Math.exp(value - most);
        }
        return most + Math.log(sum);
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double sum(double[] row) {
        double sum = 0;
        for (double value : row) {
            sum += value;
        }
        return sum;
    }
}
