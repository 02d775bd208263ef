package io.fluxo.experiments.verify.mixing;

import io.fluxo.block.ManifoldHyperConnections;
import io.fluxo.block.Placement;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.algebra.Dense;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.experiments.verify.stack.fault.OneSinkhornStep;
import io.fluxo.random.RandomKey;
import java.util.Arrays;

/** The matrices of four streams that mHC makes of random logits. */
final class SinkhornDraws {

    static final int STREAMS = 4;
    static final int LAYERS = 60;
    private static final int SIMILAR_LAYERS = 30;
    private static final int CASES = 50;
    private static final int INDEPENDENT = 100;
    private static final int SIMILAR = 400;
    private static final int ENTRIES = STREAMS * STREAMS;

    private SinkhornDraws() {}

    static Fault stopsAfterOneStep() {
        return Fault.of("mutant-one-sinkhorn-step", "mhc stops Sinkhorn after one step", Placement.KIND, "mhc", new OneSinkhornStep(ManifoldHyperConnections.STANDARD));
    }

    /**
     * How far sums are from 1, at most; of each draw.
     *
     * @param rows    over what each stream takes of the others: divided last
     * @param columns over what the others take of each stream; in ascending order
     */
    record Sides(double[] rows, double[] columns) {}

    /** Of {@code count} matrices from logits N(0, size²). */
    static Sides sides(Apparatus apparatus, double size, int count) {
        double[] rows = new double[count];
        double[] columns = new double[count];
        double[] ones = Draws.constant(STREAMS, 1);
        for (int first = 0; first < count; first += CASES) {
            RandomKey key = RandomKey.of(apparatus.seed()).split("one").split(first);
            MixingStack.Run run = MixingStack.manifold(apparatus, STREAMS, 1, CASES, (_, number) -> Draws.normal(key.split(number), ENTRIES, size), new double[0], "blocks.0.hyper2.hook_res");
            for (int i = 0; i < CASES; i++) {
                double[][] matrix = run.matrix(0, i);
                rows[first + i] = Largest.difference(ones, Dense.rowSums(matrix));
                columns[first + i] = Largest.difference(ones, Dense.rowSums(Dense.transposed(matrix)));
            }
        }
        Arrays.sort(columns);
        return new Sides(rows, columns);
    }

    /** What is left after each layer of what distinguishes the streams, ‖Π − mean‖₂, in stacks whose logits N(0, size²) are drawn anew in each layer: [layer case], cases in ascending order. */
    static double[][] left(Apparatus apparatus, double size, int... layers) {
        double[][] left = new double[layers.length][INDEPENDENT];
        for (int first = 0; first < INDEPENDENT; first += CASES) {
            RandomKey key = RandomKey.of(apparatus.seed()).split("independent").split(first);
            MixingStack.Run run = MixingStack.manifold(apparatus, STREAMS, LAYERS, CASES, (layer, number) -> Draws.normal(key.split(layer).split(number), ENTRIES, size), new double[0],
                    Arrays.stream(layers).mapToObj(layer -> "blocks." + (layer - 1) + ".hook_streams_post").toArray(String[]::new));
            for (int l = 0; l < layers.length; l++) {
                for (int i = 0; i < CASES; i++) {
                    double[][] product = run.product(layers[l] - 1, i);
                    double mean = Arrays.stream(Dense.rowSums(product)).sum() / ENTRIES;
                    left[l][first + i] = Dense.spectralNorm(Dense.sum(product, Dense.of(Draws.constant(ENTRIES, -mean), STREAMS)));
                }
            }
        }
        Arrays.stream(left).forEach(Arrays::sort);
        return left;
    }

    /**
     * Products over 30 layers that are much alike.
     *
     * @param least the smallest column sum, in ascending order
     * @param most  the largest column sum, in ascending order
     * @param norm  ‖Π‖₂, as they were drawn
     */
    record Similar(double[] least, double[] most, double[] norm) {}

    /** Logits of a case are N(0, 4²), and in each layer N(0, 0.3²) more. */
    static Similar similar(Apparatus apparatus) {
        Similar all = new Similar(new double[SIMILAR], new double[SIMILAR], new double[SIMILAR]);
        for (int first = 0; first < SIMILAR; first += CASES) {
            RandomKey key = RandomKey.of(apparatus.seed()).split("similar").split(first);
            MixingStack.Run run = MixingStack.manifold(apparatus, STREAMS, SIMILAR_LAYERS, CASES, (layer, number) -> {
                double[] base = Draws.normal(key.split("base").split(number), ENTRIES, 4);
                double[] own = Draws.normal(key.split(layer).split(number), ENTRIES, 0.3);
                Arrays.setAll(own, e -> base[e] + own[e]);
                return own;
            }, new double[0], "blocks." + (SIMILAR_LAYERS - 1) + ".hook_streams_post");
            for (int i = 0; i < CASES; i++) {
                double[][] product = run.product(SIMILAR_LAYERS - 1, i);
                double[] columns = Dense.rowSums(Dense.transposed(product));
                int at = first + i;
                all.least[at] = Arrays.stream(columns).min().orElseThrow();
                all.most[at] = Arrays.stream(columns).max().orElseThrow();
                all.norm[at] = Dense.spectralNorm(product);
            }
        }
        Arrays.sort(all.least);
        Arrays.sort(all.most);
        return all;
    }

    /** Of numbers in ascending order. */
    static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
