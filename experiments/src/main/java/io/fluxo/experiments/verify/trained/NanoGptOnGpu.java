package io.fluxo.experiments.verify.trained;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;

/** nanoGPT's run for a GPU: 10.6 million parameters, 5,000 steps. On two CPU cores it would take days, and there is no GPU engine yet. */
final class NanoGptOnGpu extends Claim {

    NanoGptOnGpu() {
        super(Statement.of("nanogpt-gpu", "A character model of 10.6 million parameters reaches a validation loss of 1.4697 in 5,000 steps on a GPU")
                .said(Citation.of("Karpathy, nanoGPT, README: \"quick start\""))
                .group("trained")
                .about(Scope.NONE)
                .over("6 layers, 6 heads, d = 384, 256 characters, 64 sequences a step, Tiny Shakespeare, dropout 0.2", "one seed")
                .expected(Verdict.SKIPPED)
                .by("training on a GPU")
                .refutesNone("none: one training takes minutes on a GPU"));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Finding.skipped("needs a GPU and a backend that computes on it: 5,000 steps of this model take days on CPU cores");
    }
}
