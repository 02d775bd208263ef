package io.fluxo.experiments.verify.algebra;

import io.fluxo.block.NoNormBlock;
import io.fluxo.block.Placement;
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
import io.fluxo.layer.Cell;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.Map;

/** A stack that begins as the identity: only its α can move at first. */
final class ReZeroIdentity extends Claim {

    private static final String THEORY = "at α = 0: x_L = x_0, ∂L/∂W = 0 for every weight of a branch, ∂L/∂α ≠ 0";

    ReZeroIdentity() {
        super(Statement.of("rezero-identity", "A ReZero stack begins as the identity; at first its weights receive no gradient, and its α do")
                .said(Citation.of("Bachlechner et al. (2021); De and Smith (2020), SkipInit"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks, 2 … 6 tokens, d = 3 … 10, L = c · x_L with random c", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff")
                .refutes(Faults.placement("mutant-rezero-without-alpha", "the placement rezero has no α", "rezero", Placement.of(NoNormBlock::new, false, NoNormBlock.TRAITS))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation moved = new Deviation();
        Deviation weights = new Deviation();
        double least = Double.POSITIVE_INFINITY;
        int alphas = 0;
        int blocksBuilt = 0;
        for (Trial trial : Trial.of(apparatus, id(), 100)) {
            Sizes sizes = Sizes.of(trial);
            try (Blocks blocks = Blocks.of(sizes.spec("rezero"), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> isAlpha(cell.name()) ? blocks.value(cell.name()).toDoubles() : Sizes.values(trial, cell));
                HostArray x0 = sizes.x0(trial);
                moved.see(Dense.difference(Dense.of(blocks.run(x0).output()), Dense.of(x0)));
                HostArray c = Draws.stream(trial.key().split("c"), sizes.tokens(), sizes.width(), DType.F64);
                List<String> cells = blocks.model().cells().stream().map(Cell::name).filter(name -> name.startsWith("blocks.")).toList();
                Map<String, HostArray> gradients = blocks.gradients(x0, (pass, x) -> pass.sumAll(pass.mul(x, blocks.backend().upload(c))), cells);
                for (Map.Entry<String, HostArray> gradient : gradients.entrySet()) {
                    double size = Largest.of(gradient.getValue().toDoubles());
                    if (isAlpha(gradient.getKey())) {
                        alphas++;
                        least = Math.min(least, size);
                    } else {
                        weights.see(size);
                    }
                }
                blocksBuilt += sizes.layers();
            }
        }
        return new Figures().add(Figure.within("largest |x_L − x_0|", 0, moved.value(), 0)).add(Figure.within("largest |∂L/∂W| of a branch", 0, weights.value(), 0))
                .add(Figure.within("α for each block", 1, alphas / (double) blocksBuilt, 0)).add(Figure.atLeast("smallest |∂L/∂α|", Double.MIN_NORMAL, least)).finding(THEORY);
    }

    private static boolean isAlpha(String name) {
        return name.endsWith(".alpha");
    }
}
