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
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.util.Arrays;

/** Queries and keys of length √d_head cannot meet in more than √d_head, and their own lengths are gone. */
final class BoundedByQkNorm extends Claim {

    private static final double SLACK = 1e-12;
    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "|logit| ≤ √d_head; the scales of x, W_Q and W_K are irrelevant";

    BoundedByQkNorm() {
        super(Statement.of("bounded-logits", "With QK-norm no attention logit exceeds √d_head, and logits do not depend on the scale of the stream, of W_Q or of W_K")
                .said(Citation.of("Henry et al. (2020); Dehghani et al. (2023)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 6 tokens, d = 3 … 10, 1 … 3 heads of width 1 … 4, no gain, ε = 0", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.QK_NORM_LEFT_OUT));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double beyond = Double.NEGATIVE_INFINITY;
        Deviation scaled = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 200)) {
            Sizes sizes = Sizes.of(trial);
            ModelSpec spec = sizes.withLayers(1).attentionOnly().with(QK_NORM, true).with(MASK, MaskKind.BIDIRECTIONAL).with(BIAS, false);
            double[] x = sizes.x0(trial).toDoubles();
            double[] plain = scores(apparatus, trial, sizes, spec, x, 1, 1);
            double[] other = scores(apparatus, trial, sizes, spec, Arrays.stream(x).map(value -> 3 * value).toArray(), 5, 0.2);
            beyond = Math.max(beyond, Largest.of(plain) - Math.sqrt(sizes.headWidth()));
            scaled.see(Largest.difference(plain, other));
        }
        return new Figures().add(Figure.atMost("largest |logit| − √d_head", SLACK, beyond)).add(Figure.within("largest change under 3x, 5W_Q, W_K/5", 0, scaled.value(), TOLERANCE))
                .finding(THEORY).within(TOLERANCE);
    }

    private static double[] scores(Apparatus apparatus, Trial trial, Sizes sizes, ModelSpec spec, double[] x, double onQueries, double onKeys) {
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
            blocks.set("blocks.*", cell -> {
                double factor = cell.name().endsWith("W_Q") ? onQueries : cell.name().endsWith("W_K") ? onKeys : 1;
                return Arrays.stream(Sizes.values(trial, cell)).map(value -> factor * value).toArray();
            });
            return blocks.run(Draws.stream(sizes.tokens(), sizes.width(), DType.F64, x), "blocks.0.attn.hook_attn_scores").at("blocks.0.attn.hook_attn_scores").toDoubles();
        }
    }
}
