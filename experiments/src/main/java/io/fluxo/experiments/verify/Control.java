package io.fluxo.experiments.verify;

/** A claim's verdict for a block with a fault. */
public record Control(Claim claim, Mutant mutant, Finding finding) {

    public Verdict expected() {
        return claim.expectedOf(mutant);
    }

    public boolean asExpected() {
        return finding.verdict() == expected();
    }
}
