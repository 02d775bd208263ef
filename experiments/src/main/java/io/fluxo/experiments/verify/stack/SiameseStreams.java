package io.fluxo.experiments.verify.stack;

import io.fluxo.block.Placement;
import io.fluxo.block.Siamese;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/**
 * SiameseNorm's two streams apart: a stream leaves the fusion where its norm returns 0. That x takes its updates undivided, c = 1, is had by matrices that are as many times as large.
 */
final class SiameseStreams extends Claim {

    SiameseStreams() {
        super(Statement.of("siamese-streams", "SiameseNorm's growing stream is a plain sum; with one stream out of the fusion it is pre-norm, with the other one out and undivided updates post-norm")
                .said(Citation.of("SiameseNorm (2026), arXiv 2602.08064"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks, 2 … 6 tokens, width 3 … 10, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "pre-norm and post-norm with the same weights")
                .refutes(StackFaults.withoutNorms("siamese", new Siamese(), path -> path.endsWith(".ln1") || path.endsWith(".ln2"))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        double bounded = 0;
        for (Small drawn : Small.cases(apparatus, id())) {
            bounded = Math.max(bounded, sums(worst, drawn));
            alone(worst, drawn);
        }
        return worst.figures(Small.TOLERANCE).add(Figure.atLeast("largest deviation of x from its plain sum", 0.1, bounded))
                .finding("y_L = x_0 + Σ u; without x: pre-norm; without y, c = 1: post-norm on N(x_0)").within(Small.TOLERANCE);
    }

    /** How far the bounded stream is from its own plain sum. */
    private static double sums(Worst worst, Small drawn) {
        HostArray x0 = drawn.x0();
        int layers = drawn.sizes().layers();
        try (Blocks siamese = drawn.blocks("siamese")) {
            Blocks.Run run = siamese.run(x0, "blocks.*.hook_attn_out", "blocks.*.hook_mlp_out", "blocks.*.hook_resid_post", "blocks.*.hook_bounded_post");
            double[] y = x0.toDoubles();
            double[] x = x0.toDoubles();
            for (int layer = 0; layer < layers; layer++) {
                for (String written : new String[] {"hook_attn_out", "hook_mlp_out"}) {
                    double[] u = run.at(Text.format("blocks.%d.%s", layer, written)).toDoubles();
                    y = Small.sum(y, 1, u);
                    x = Small.sum(x, 1 / Math.sqrt(2.0 * (layer + 1)), u);
                }
                worst.note("y = x_0 + Σ updates", y, run.at(Text.format("blocks.%d.hook_resid_post", layer)).toDoubles());
            }
            return Largest.difference(x, run.at(Text.format("blocks.%d.hook_bounded_post", layers - 1)).toDoubles());
        }
    }

    private static void alone(Worst worst, Small drawn) {
        HostArray x0 = drawn.x0();
        HostArray normed = drawn.normedX0();
        int layers = drawn.sizes().layers();
        String last = Text.format("blocks.%d.", layers - 1);
        try (Blocks y = drawn.blocks(drawn.spec(Choice.of("siamese")), without(drawn, ".ln1", ".ln2")); Blocks pre = drawn.blocks("pre");
                Blocks x = drawn.blocks(drawn.spec(Choice.of("siamese")), without(drawn, ".ln1_y", ".ln2_y")); Blocks post = drawn.blocks("post")) {
            worst.note("without x in the fusion: pre-norm", y.run(x0, last + "hook_resid_post").at(last + "hook_resid_post").toDoubles(), pre.run(x0).output().toDoubles());
            for (int layer = 0; layer < layers; layer++) {
                double c = Math.sqrt(2.0 * (layer + 1));
                for (String written : new String[] {"attn.W_O", "attn.b_O", "mlp.W_out", "mlp.b_out"}) {
                    x.set(Text.format("blocks.%d.%s", layer, written), cell -> Small.scaled(x.value(cell.name()).toDoubles(), c));
                }
            }
            double[] bounded = x.run(x0, last + "hook_bounded_post").at(last + "hook_bounded_post").toDoubles();
            worst.note("without y in the fusion, c = 1: post-norm", Rows.normed(bounded, drawn.sizes().width()), post.run(normed).output().toDoubles());
        }
    }

    /** The catalogue whose SiameseNorm has 0 in the place of what norms of such paths return. */
    private static Catalog without(Small drawn, String first, String second) {
        Catalog catalog = drawn.apparatus().catalog();
        return catalog.replacing(Placement.KIND, "siamese", catalog.part(Placement.KIND, Choice.of("siamese"))
                .changing(parts -> parts.withNorms(norm -> norm.path().endsWith(first) || norm.path().endsWith(second) ? StackFaults.scaled(norm, 0) : norm)));
    }
}
