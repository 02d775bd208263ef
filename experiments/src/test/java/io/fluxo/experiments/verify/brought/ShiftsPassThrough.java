package io.fluxo.experiments.verify.brought;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;

/** A claim as a third party would write it: of a paper, in a group and with a mutant of its own. */
public final class ShiftsPassThrough extends Claim {

    public ShiftsPassThrough() {
        super(Statement.of("shifts-pass-through", "A number added to all features of a token passes through a pre-norm block as it is")
                .said(Citation.of("Jiang et al. (2023), section 3", "LayerNorm is invariant to a shift of its input"))
                .group("shifts")
                .about(Scope.PRE, Topic.NORM, Topic.SUM)
                .over("d_model 3 … 8, 1 … 4 tokens", "for all weights and inputs")
                .expected(Verdict.HOLDS)
                .by("random cases", "shrinking")
                .refutes("mutant-neighbour-norm")
                .refutes(new Mutant("mutant-mean-kept", "the norms add the mean that they have taken away",
                        Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS), parts -> parts.withNorms(ShiftsPassThrough::keepingTheMean))));
    }

    private static final double SHIFT = 3;
    private static final double TOLERANCE = 1e-9;
    private static final String THEORY = "h(x + c·1) = h(x) + c·1";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        var cases = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL).inputScales(1).weightScales(1).pos(1, 4).width(3, 8);
        return ForAllCases.of(candidate, apparatus).run(THEORY, cases, ShiftsPassThrough::judge).finding(THEORY);
    }

    private static Outcome judge(Specimen specimen, Deviations deviations) {
        HostArray xs = specimen.xs();
        double[] h = specimen.output(xs).toDoubles();
        double[] shifted = Arrays.stream(xs.toDoubles()).map(value -> value + SHIFT).toArray();
        double[] measured = specimen.output(HostArray.of(xs.shape(), xs.dtype(), shifted)).toDoubles();
        for (int i = 0; i < h.length; i++) {
            if (!deviations.add(measured[i], h[i] + SHIFT, TOLERANCE * (1 + Math.abs(h[i])))) {
                return Outcome.fail(Text.format("entry %d of h is %s, not %s", i + 1, measured[i], h[i] + SHIFT));
            }
        }
        return Outcome.pass();
    }

    private static Layer keepingTheMean(Layer norm) {
        return new Layer(norm.path()) {
            private final Layer inner = part(norm);

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return pass.add(inner.forward(pass, x), pass.mean(x, -1));
            }
        };
    }
}
