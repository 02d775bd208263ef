package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

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
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.util.stream.IntStream;

/** Rotary positions: a query and a key that are turned meet at the angle of their distance. */
final class RopeDistance extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "q_m · k_n = g(q, k, m − n)";

    RopeDistance() {
        super(Statement.of("causality-rope", "With rotary positions the product of a query and a key depends on their distance and not on where they stand")
                .said(Citation.of("Su et al. (2021)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 12 equal tokens, heads of width 2, 4, 6, both layouts", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "scores of every pair of positions")
                .refutes(Faults.ROPE_STRETCHES));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation same = new Deviation();
        Deviation other = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 100)) {
            Sizes drawn = Sizes.of(trial);
            Sizes sizes = new Sizes(trial.between("n", 3, 12), drawn.width(), 1, 2 * trial.between("pairs", 1, 3), drawn.hidden(), 1);
            ModelSpec spec = sizes.attentionOnly().with(POSITIONS, "rope").with(MASK, MaskKind.BIDIRECTIONAL).with(ROPE_LAYOUT, RopeLayout.values()[trial.between("layout", 0, 1)]);
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                double[] token = Draws.normal(trial.key().split("token"), sizes.width(), 1);
                double[] all = Dense.flat(IntStream.range(0, sizes.tokens()).mapToObj(_ -> token).toArray(double[][]::new));
                double[][] scores = Heads.weights(blocks.run(Draws.stream(sizes.tokens(), sizes.width(), DType.F64, all), "blocks.0.attn.hook_attn_scores")
                        .at("blocks.0.attn.hook_attn_scores"), 0);
                for (int m = 1; m < scores.length; m++) {
                    for (int n = 1; n < scores.length; n++) {
                        same.see(scores[m][n] - scores[m - 1][n - 1]);
                        other.see(scores[m][n] - scores[m - 1][n]);
                    }
                }
            }
        }
        return new Figures().add(Figure.within("largest |s(m, n) − s(m − 1, n − 1)|", 0, same.value(), TOLERANCE))
                .add(Figure.atLeast("largest |s(m, n) − s(m − 1, n)|", 1e-3, other.value())).finding(THEORY).within(TOLERANCE);
    }
}
