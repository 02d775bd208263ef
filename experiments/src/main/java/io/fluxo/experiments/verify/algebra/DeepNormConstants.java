package io.fluxo.experiments.verify.algebra;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The constants of DeepNorm as a model of the placement has them: α between its hook points, β in its initial weights. */
final class DeepNormConstants extends Claim {

    private static final double TOLERANCE = 1e-4;
    private static final String THEORY = "α = (2L)^¼, β = (8L)^−¼: 1.8612/.3799 at L = 6, 2.2134/.3195 at 12, 3.1302/.2259 at 48";

    /** The paper's figures. */
    private record Row(int layers, double alpha, double beta) {}

    private static final List<Row> ROWS = List.of(new Row(6, 1.8612, 0.3799), new Row(12, 2.2134, 0.3195), new Row(48, 3.1302, 0.2259));

    DeepNormConstants() {
        super(Statement.of("deepnorm-constants", "DeepNorm of a decoder of L layers multiplies the stream by (2L)^¼, and begins with W_V, W_O and the network times (8L)^−¼")
                .said(Citation.of("Wang et al. (2022), table 2"))
                .group("algebra")
                .about(Scope.NONE)
                .over("L = 6, 12, 48, in every block", "the three depths")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "hook points", "initial weights beside those of post")
                .refutes(Faults.placement("mutant-deep-norm-is-post", "the placement deep_norm computes post-norm", "deep_norm",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        for (Row row : ROWS) {
            Sizes sizes = new Sizes(2, 6, 2, 3, 8, row.layers);
            RandomKey key = RandomKey.of(apparatus.seed()).split(id());
            try (Blocks deep = Blocks.of(sizes.spec("deep_norm"), apparatus.catalog(), apparatus.reference(), DType.F64, key);
                    Blocks post = Blocks.of(sizes.spec("post"), apparatus.catalog(), apparatus.reference(), DType.F64, key)) {
                Blocks.Run run = deep.run(Draws.stream(key.split("x0"), 2, 6, DType.F64), "blocks.*.hook_resid_pre", "blocks.*.hook_attn_out", "blocks.*.hook_resid_mid");
                Deviation alpha = new Deviation();
                Deviation scaled = new Deviation();
                Deviation left = new Deviation();
                for (int layer = 0; layer < row.layers; layer++) {
                    String path = "blocks." + layer + ".";
                    alpha.see(carried(run, path) - row.alpha);
                    for (String cell : List.of("attn.W_V", "attn.W_O", "mlp.W_in", "mlp.W_out")) {
                        scaled.see(ratio(deep.value(path + cell), post.value(path + cell)) - row.beta);
                    }
                    for (String cell : List.of("attn.W_Q", "attn.W_K")) {
                        left.see(ratio(deep.value(path + cell), post.value(path + cell)) - 1);
                    }
                }
                figures.add(Figure.within(Text.format("largest |α − %s|, L = %d", row.alpha, row.layers), 0, alpha.value(), TOLERANCE))
                        .add(Figure.within(Text.format("largest |β − %s|, L = %d", row.beta, row.layers), 0, scaled.value(), TOLERANCE))
                        .add(Figure.within(Text.format("largest |factor − 1| on W_Q and W_K, L = %d", row.layers), 0, left.value(), TOLERANCE));
            }
        }
        return figures.finding(THEORY).within(TOLERANCE);
    }

    /** What the block multiplies x by, at the largest number of x. */
    private static double carried(Blocks.Run run, String path) {
        double[] x = run.at(path + "hook_resid_pre").toDoubles();
        int at = IntStream.range(0, x.length).boxed().max(Comparator.comparingDouble(i -> Math.abs(x[i]))).orElseThrow();
        return (run.at(path + "hook_resid_mid").toDoubles()[at] - run.at(path + "hook_attn_out").toDoubles()[at]) / x[at];
    }

    private static double ratio(HostArray a, HostArray b) {
        return Dense.norm(a.toDoubles()) / Dense.norm(b.toDoubles());
    }
}
