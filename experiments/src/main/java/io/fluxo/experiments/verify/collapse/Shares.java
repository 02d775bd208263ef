package io.fluxo.experiments.verify.collapse;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.model.ModelSpec;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * ‖res(X)‖/‖X‖ after each layer of a stack, for several seeds.
 *
 * @param name   of the stack
 * @param bySeed for each seed the share after each layer, the first layer first; not a number where every token is 0
 */
record Shares(String name, List<double[]> bySeed) {

    static final int SEEDS = 20;

    /** What the rounding of float64 leaves of tokens that are alike: by the fourth layer of attention alone 4e-16, more where a norm or a network follows. */
    static final double FLOOR = 1e-14;

    static Shares of(Apparatus apparatus, String name, ModelSpec spec) {
        return of(apparatus, name, spec, _ -> Hooks.NONE);
    }

    /** @param changes what is changed in a run of these blocks */
    static Shares of(Apparatus apparatus, String name, ModelSpec spec, Function<Blocks, Hooks> changes) {
        return new Shares(name, IntStream.range(0, SEEDS).mapToObj(seed -> {
            var key = Stacks.key(apparatus, seed);
            try (Blocks blocks = Stacks.blocks(apparatus, spec, key)) {
                return streams(blocks, Stacks.x0(spec, key), changes.apply(blocks)).stream().mapToDouble(Residue::share).toArray();
            }
        }).toList());
    }

    /** The stream after each block. */
    static List<HostArray> streams(Blocks blocks, HostArray x0, Hooks changes) {
        Blocks.Run run = blocks.run(x0, changes, "blocks.*.hook_resid_pre");
        List<HostArray> streams = new ArrayList<>();
        for (int layer = 1; layer < run.hooks().size(); layer++) {
            streams.add(run.at(Text.format("blocks.%d.hook_resid_pre", layer)));
        }
        streams.add(run.output());
        return streams;
    }

    /** The geometric mean over the seeds whose tokens are not all 0, after {@code layer} layers. */
    double after(int layer) {
        return Math.exp(bySeed.stream().mapToDouble(seed -> Math.log(seed[layer - 1])).filter(log -> !Double.isNaN(log)).average().orElse(Double.NaN));
    }

    /** The median over the seeds whose tokens are not all 0, after {@code layer} layers. */
    double median(int layer) {
        double[] sorted = bySeed.stream().mapToDouble(seed -> seed[layer - 1]).filter(share -> !Double.isNaN(share)).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Adds a figure for each of {@code layers}: within a factor of 3 of {@code expected}, or at the floor where that is 0. */
    void expect(Figures figures, int[] layers, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            String what = Text.format("%s, layer %d", name, layers[i]);
            figures.add(expected[i] == 0 ? Figure.atMost(what, FLOOR, after(layers[i])) : Figure.factor(what, expected[i], after(layers[i]), 3));
        }
    }

    /** Adds how many times as large each share is as the one before it, which is to be more than once. */
    static void ordered(Figures figures, int layer, Shares... smallestFirst) {
        for (int i = 1; i < smallestFirst.length; i++) {
            figures.add(Figure.atLeast(Text.format("layer %d, %s over %s", layer, smallestFirst[i].name, smallestFirst[i - 1].name), 1,
                    smallestFirst[i].after(layer) / smallestFirst[i - 1].after(layer)));
        }
    }

    /** The means of {@code all} by layer, drawn down to the floor. */
    static Chart drawn(String title, Shares... all) {
        Chart chart = Chart.of(title, "layer", "‖res(X)‖/‖X‖").withLogY();
        for (Shares shares : all) {
            int[] shown = IntStream.rangeClosed(1, shares.bySeed.getFirst().length).filter(layer -> shares.after(layer) > 0).toArray();
            chart = chart.measured(shares.name, IntStream.of(shown).asDoubleStream().toArray(), IntStream.of(shown).mapToDouble(shares::after).toArray());
        }
        return chart;
    }
}
