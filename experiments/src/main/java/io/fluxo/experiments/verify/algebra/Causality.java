package io.fluxo.experiments.verify.algebra;

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
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.tensor.DType;
import java.util.List;

/** The causal mask: the future has no derivative. */
final class Causality extends Claim {

    private static final String THEORY = "∂y_i/∂x_j = 0 for j > i, and not for all j < i";

    Causality() {
        super(Statement.of("causality", "Under the causal mask no token of the output depends on a later token of the input")
                .said(Citation.of("Vaswani et al. (2017), section 3.2.3"))
                .group("algebra")
                .about(Scope.NONE)
                .over("pre-norm and post-norm, 1 … 3 blocks, 2 … 6 tokens, d = 3 … 10", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "exact zeros of the Jacobian by autodiff")
                .refutes(Faults.LEAKING_MASK));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation later = new Deviation();
        Deviation earlier = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 10)) {
            for (String placement : List.of("pre", "post")) {
                Sizes sizes = Sizes.of(trial);
                try (Blocks blocks = Blocks.of(sizes.spec(placement), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                    blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                    Jacobian jacobian = Jacobian.of(blocks.backend(), DType.F64, sizes.x0(trial), blocks.model()::stream);
                    for (int i = 0; i < sizes.tokens(); i++) {
                        for (int j = 0; j < sizes.tokens(); j++) {
                            (j > i ? later : j < i ? earlier : new Deviation()).see(jacobian.block(i, j));
                        }
                    }
                }
            }
        }
        return new Figures().add(Figure.within("largest ∂y_i/∂x_j, j > i", 0, later.value(), 0)).add(Figure.atLeast("largest ∂y_i/∂x_j, j < i", 1e-3, earlier.value()))
                .finding(THEORY);
    }
}
