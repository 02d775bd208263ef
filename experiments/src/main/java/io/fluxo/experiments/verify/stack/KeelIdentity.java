package io.fluxo.experiments.verify.stack;

import io.fluxo.block.KeelBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.SkipScale;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;

/** Keel while its gains are 1: what comes out of a norm is left as it is by the next one, so that the inner norm does nothing. */
final class KeelIdentity extends Claim {

    KeelIdentity() {
        super(Statement.of("keel-identity", "While gains are 1, a Keel stack is a post-norm stack whose residual carries α, the number of sub-layers")
                .said(Citation.of("Keel (2026), arXiv 2601.19895"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks on a normalised x_0, 2 … 6 tokens, width 3 … 10, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "both placements with the same weights")
                .refutes(Fault.of("mutant-keel-without-alpha", "the placement keel carries x and not αx", Placement.KIND, "keel", Placement.of(parts -> new KeelBlock(parts, 1), false)),
                        StackFaults.keelScalesWhatItReads()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (Small drawn : Small.cases(apparatus, id())) {
            HostArray x0 = drawn.normedX0();
            Choice scaled = Choice.of("post_scaled").with(SkipScale.ALPHA, 2.0 * drawn.sizes().layers());
            try (Blocks keel = drawn.blocks("keel"); Blocks post = drawn.blocks(scaled)) {
                worst.note("Keel = post-norm with αx", keel.run(x0).output().toDoubles(), post.run(x0).output().toDoubles());
                Blocks.Run run = keel.run(x0, "blocks.0.hook_resid_pre", "blocks.0.ln1_in.hook_out");
                worst.note("the inner norm returns what it is given", run.at("blocks.0.hook_resid_pre").toDoubles(), run.at("blocks.0.ln1_in.hook_out").toDoubles());
            }
        }
        return worst.figures(Small.TOLERANCE).finding("N(αx + f(N(x))) = N(αx + f(x)) where x = N(…); α = 2L").within(Small.TOLERANCE);
    }
}
