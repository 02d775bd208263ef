package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Worst;

/** The tables that run attention and network side by side: as printed they double the stream in every block. */
final class HyperParallel extends Claim {

    HyperParallel() {
        super(Statement.of("hyper-parallel", "Two hyper-connected streams run attention and network side by side: the paper's tables as s ← 2s + T1(s) + T2(s), halves and twos as GPT-J's block")
                .said(Citation.of("Zhu et al. (2024), Hyper-Connections, arXiv 2409.19606, equations 53–55"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 streams, static, 1 … 3 blocks, 2 … 6 tokens, width 3 … 10, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "the placement parallel with the same weights")
                .refutes(StackFaults.hyperStreamsNotCopied(), StackFaults.parallelInSequence()));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (Small drawn : Small.cases(apparatus, id())) {
            SideBySide.printed(worst, drawn);
            SideBySide.halved(worst, drawn);
        }
        return worst.figures(Small.TOLERANCE).finding("printed: s ← 2s + T1(s) + T2(s), x_0 counts 2^L; A_m, A_r halved, B doubled: s ← s + T1(s) + T2(s)").within(Small.TOLERANCE);
    }
}
