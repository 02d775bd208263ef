package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.instrument.Decomposition;
import io.fluxo.experiments.inspect.instrument.Run;
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
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;

/** The plain sum, said of post-norm: each norm of the stream changes all that was added before it. */
final class PlainSumOfPostNorm extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "x_L = x_0 + Σ contributions";

    PlainSumOfPostNorm() {
        super(Statement.of("residual-sum-post-plain", "In a post-norm transformer too, the end of the stream is the plain sum of embedding and outputs of sub-layers")
                .said(Citation.of("Elhage et al. (2021), \"Virtual Weights and the Residual Stream as a Communication Channel\", of another design"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 post-norm blocks, 2 … 6 tokens, d = 3 … 10, gains and biases drawn at random", "for all weights and inputs, on random ones")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml", "hook points", "the decomposition of inspect as evidence that the terms are right")
                .refutes(Faults.placement("mutant-post-adds-up", "the placement post computes pre-norm", "post", Placement.of(PreNormBlock::new, false, PostNormBlock.TRAITS))
                        .seenAs(Verdict.HOLDS)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation plain = new Deviation();
        Deviation carried = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 50)) {
            Sizes sizes = Sizes.of(trial);
            ModelSpec spec = sizes.spec("post").with(NORM_AFFINE, true);
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("*", cell -> Sizes.values(trial, cell));
                plain.see(PlainSum.deviation(blocks, sizes.x0(trial)));
                Inspected subject = new Inspected("post", spec, blocks.model(), blocks.backend());
                carried.see(Decomposition.of(subject, Run.from(subject, sizes.x0(trial))).residual());
            }
        }
        return new Figures().add(Figure.within("largest |x_L − plain sum|, relative", 0, plain.value(), TOLERANCE))
                .finding(THEORY, new Figures().add(Figure.within("largest |x_L − sum at frozen σ|, relative", 0, carried.value(), TOLERANCE))).within(TOLERANCE);
    }
}
