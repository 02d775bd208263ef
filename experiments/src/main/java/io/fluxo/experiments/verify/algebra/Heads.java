package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the heads of one attention write, by their matrices.
 *
 * @param circuits  W_V^h W_O^h of each head, [d d]
 * @param valueBias b_V^h W_O^h of each head
 * @param outBias   b_O
 */
record Heads(List<double[][]> circuits, List<double[]> valueBias, double[] outBias) {

    /** Of a layer with biases. */
    static Heads of(Blocks blocks, int layer, Sizes sizes) {
        String path = "blocks." + layer + ".attn.";
        double[][] bv = Dense.of(blocks.value(path + "b_V"));
        List<double[]> biases = new ArrayList<>();
        for (int head = 0; head < sizes.heads(); head++) {
            biases.add(Dense.times(Dense.columns(bv, head * sizes.headWidth(), sizes.headWidth()), out(blocks, path, sizes, head))[0]);
        }
        return new Heads(circuits(blocks, path, sizes), biases, blocks.value(path + "b_O").toDoubles());
    }

    /** Of a layer without biases. */
    static Heads unbiased(Blocks blocks, int layer, Sizes sizes) {
        double[] zero = new double[sizes.width()];
        return new Heads(circuits(blocks, "blocks." + layer + ".attn.", sizes), Collections.nCopies(sizes.heads(), zero), zero);
    }

    private static List<double[][]> circuits(Blocks blocks, String path, Sizes sizes) {
        double[][] values = Dense.of(blocks.value(path + "W_V"));
        return IntStream.range(0, sizes.heads())
                .mapToObj(head -> Dense.times(Dense.columns(values, head * sizes.headWidth(), sizes.headWidth()), out(blocks, path, sizes, head))).toList();
    }

    private static double[][] out(Blocks blocks, String path, Sizes sizes, int head) {
        return Dense.rows(Dense.of(blocks.value(path + "W_O")), head * sizes.headWidth(), sizes.headWidth());
    }

    /** A_h of one sequence's pattern [1 head n m]. */
    static double[][] weights(HostArray pattern, int head) {
        int m = pattern.shape().size(3);
        return Dense.rows(Dense.of(pattern.toDoubles(), m), head * pattern.shape().size(2), pattern.shape().size(2));
    }

    /** Σ_h A_h x W_V^h W_O^h. */
    double[][] added(HostArray pattern, double[][] x) {
        return IntStream.range(0, circuits.size()).mapToObj(head -> Dense.times(weights(pattern, head), Dense.times(x, circuits.get(head)))).reduce(Dense::sum).orElseThrow();
    }

    /** b_V W_O + b_O, which every token receives, since the rows of A sum to 1. */
    double[] constant() {
        double[][] all = {outBias};
        for (double[] bias : valueBias) {
            all = Dense.plus(all, bias);
        }
        return all[0];
    }
}
