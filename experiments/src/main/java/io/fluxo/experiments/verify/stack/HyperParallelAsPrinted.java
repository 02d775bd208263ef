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

/** The paper's tables read as GPT-J's block. They are not: the stream is doubled before the results join it. */
final class HyperParallelAsPrinted extends Claim {

    HyperParallelAsPrinted() {
        super(Statement.of("hyper-parallel-as-printed", "The paper's tables for the parallel case make two hyper-connected streams GPT-J's parallel block, s ← s + T1(s) + T2(s)")
                .said(Citation.of("Zhu et al. (2024), Hyper-Connections, arXiv 2409.19606, equations 54 and 55 read as the parallel block"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 streams, static, 1 … 3 blocks, 2 … 6 tokens, width 3 … 10, ε = 0; logits, for which the stream's size does not count", "for all weights and inputs, by cases")
                .expected(Verdict.REFUTED)
                .by("float64 on ejml", "the placement parallel with the same weights")
                .refutes(StackFaults.hyperStreamsNotCopied().seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        Worst evidence = new Worst();
        for (Small drawn : Small.cases(apparatus, id())) {
            SideBySide.printed(evidence, drawn);
            SideBySide.halved(evidence, drawn);
            SideBySide.printedAsGptJ(worst, drawn);
        }
        return worst.figures(Small.TOLERANCE).finding("s ← s + T1(s) + T2(s) for the printed tables", evidence.figures(Small.TOLERANCE)).within(Small.TOLERANCE);
    }
}
