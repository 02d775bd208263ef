package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.BIAS;

import io.fluxo.block.AttnRes;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.List;

/**
 * What is left of x_0 in what the last norm reads: its weight times its length, over the length of the whole. In pre-norm the weight is 1 and the whole grows; in Attention Residuals the weight is
 * 1/(2L + 1) as they begin, and the whole is smaller by the same number.
 */
final class AttnResDilution extends Claim {

    private static final double[] DEPTHS = {1, 2, 4, 8, 16, 32};

    AttnResDilution() {
        super(Statement.of("attnres-dilution", "At initialisation Attention Residuals keep what a source gives from being diluted with depth, as it is in pre-norm")
                .said(Citation.of("Attention Residuals (2026), arXiv 2603.15031, whose sentence is about trained models"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 32 blocks without biases, 2 … 6 tokens, width 3 … 10, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml", "pre-norm with the same weights")
                .refutes(StackFaults.withoutNorms("attn_res", AttnRes.STANDARD, path -> path.endsWith(".ln1") || path.endsWith(".ln2")).seenAs(Verdict.HOLDS)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<Small> cases = Small.cases(apparatus, id());
        double[] mixed = new double[DEPTHS.length];
        double[] plain = new double[DEPTHS.length];
        double uneven = 0;
        for (int i = 0; i < DEPTHS.length; i++) {
            int layers = (int) DEPTHS[i];
            for (Small some : cases) {
                Small drawn = new Small(apparatus, some.trial(), some.sizes().withLayers(layers));
                HostArray x0 = drawn.x0();
                try (Blocks mixing = drawn.blocks(drawn.spec(Choice.of("attn_res")).with(BIAS, false), apparatus.catalog());
                        Blocks pre = drawn.blocks(drawn.spec(Choice.of("pre")).with(BIAS, false), apparatus.catalog())) {
                    Blocks.Run run = mixing.run(x0, "depth_final.hook_pattern");
                    double[] weights = run.at("depth_final.hook_pattern").toDoubles();
                    for (double weight : weights) {
                        uneven = Math.max(uneven, Math.abs(weight - 1.0 / AttnResInit.sources(2 * layers, 1)));
                    }
                    mixed[i] += weights[0] * length(x0) / length(run.output()) / cases.size();
                    plain[i] += length(x0) / length(pre.run(x0).output()) / cases.size();
                }
            }
        }
        int deepest = DEPTHS.length - 1;
        Figures kept = new Figures();
        for (int i = 1; i < DEPTHS.length; i++) {
            kept.add(Figure.atLeast(Text.format("gain over pre-norm's share of x_0 at depth %d", (int) DEPTHS[i]), 1e-6, mixed[i] / plain[i] - 1));
        }
        Figures evidence = new Figures().add(Figure.atMost("largest deviation: weights of the last mixture = 1/(2L + 1)", Small.TOLERANCE, uneven))
                .add(Figure.atMost("pre-norm's share at depth 32 over that at depth 1", 0.7, plain[deepest] / plain[0]));
        return kept.finding("α_0‖x_0‖/‖h‖ > ‖x_0‖/‖x_L‖ of pre-norm", evidence)
                .drawn(Chart.of("what is left of x_0 at the end", "depth L", "share").withLogX().withLogY().measured("attn_res", DEPTHS, mixed).measured("pre", DEPTHS, plain));
    }

    private static double length(HostArray stream) {
        double squares = 0;
        for (double value : stream.toDoubles()) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
