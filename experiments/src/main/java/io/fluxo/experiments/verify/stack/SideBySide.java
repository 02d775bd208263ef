package io.fluxo.experiments.verify.stack;

import io.fluxo.block.HyperConnections;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/** Two streams whose tables let attention and network read the same, so that they run side by side. */
final class SideBySide {

    private static final Choice TWO = Choice.of("hyper_connections").with(HyperConnections.STREAMS, 2).with(HyperConnections.DYNAMIC, false);

    private SideBySide() {}

    /** As printed: s, the sum of the streams, becomes 2s + T1(s) + T2(s). */
    static void printed(Worst worst, Small drawn) {
        HostArray x0 = drawn.x0();
        try (Blocks hyper = tables(drawn, 1)) {
            Blocks.Run run = hyper.run(x0, "blocks.*.hook_streams_pre", "blocks.*.hook_streams_post", "blocks.*.hyper1.hook_in", "blocks.*.hyper2.hook_in", "blocks.*.hook_attn_out",
                    "blocks.*.hook_mlp_out");
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                String path = Text.format("blocks.%d.", layer);
                double[] s = summed(run.at(path + "hook_streams_pre"));
                double[] after = Small.sum(Small.sum(Small.scaled(s, 2), 1, run.at(path + "hook_attn_out").toDoubles()), 1, run.at(path + "hook_mlp_out").toDoubles());
                worst.note("printed: attention reads s", s, run.at(path + "hyper1.hook_in").toDoubles());
                worst.note("printed: the network reads s", s, run.at(path + "hyper2.hook_in").toDoubles());
                worst.note("printed: s becomes 2s + T1(s) + T2(s)", after, summed(run.at(path + "hook_streams_post")));
            }
            worst.note("printed: with silent branches x_0 counts 2^L", Small.scaled(x0.toDoubles(), 2 * Math.pow(2, drawn.sizes().layers())), Silent.branches(hyper).run(x0).output().toDoubles());
        }
    }

    /** A_m and A_r halved, B doubled: the mean of the streams is GPT-J's. */
    static void halved(Worst worst, Small drawn) {
        HostArray x0 = drawn.x0();
        try (Blocks hyper = tables(drawn, 2); Blocks parallel = drawn.blocks("parallel")) {
            Blocks.Run here = hyper.run(x0, "blocks.*.hook_streams_post");
            Blocks.Run there = parallel.run(x0, "blocks.*.hook_resid_post");
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                worst.note("halves and twos: the streams' mean = GPT-J's", Small.scaled(summed(here.at(Text.format("blocks.%d.hook_streams_post", layer))), 0.5),
                        there.at(Text.format("blocks.%d.hook_resid_post", layer)).toDoubles());
            }
        }
    }

    /** Logits of the printed tables against GPT-J's. */
    static void printedAsGptJ(Worst worst, Small drawn) {
        try (Blocks hyper = tables(drawn, 1); Blocks parallel = drawn.blocks("parallel")) {
            worst.note("logits of the printed tables = GPT-J's", Small.logits(hyper, drawn.x0()), Small.logits(parallel, drawn.x0()));
        }
    }

    /** The printed tables, A_m and A_r divided and B multiplied by {@code factor}. */
    private static Blocks tables(Small drawn, double factor) {
        double one = 1 / factor;
        return drawn.blocks(TWO).set("blocks.*.hyper1.B", _ -> new double[] {factor, 0}).set("blocks.*.hyper1.A_m", _ -> new double[] {one, one})
                .set("blocks.*.hyper1.A_r", _ -> new double[] {one, one, one, one}).set("blocks.*.hyper2.B", _ -> new double[] {0, factor})
                .set("blocks.*.hyper2.A_m", _ -> new double[] {0, 1}).set("blocks.*.hyper2.A_r", _ -> new double[] {1, 0, 0, 1});
    }

    /** The sum of two streams, [1 pos 2 d_model] → row-major [pos d_model]. */
    private static double[] summed(HostArray streams) {
        int width = streams.shape().size(3);
        double[] all = streams.toDoubles();
        double[] sum = new double[all.length / 2];
        for (int i = 0; i < sum.length; i++) {
            int token = i / width;
            sum[i] = all[2 * token * width + i % width] + all[(2 * token + 1) * width + i % width];
        }
        return sum;
    }
}
