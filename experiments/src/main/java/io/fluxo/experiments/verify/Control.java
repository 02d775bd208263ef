package io.fluxo.experiments.verify;


/** A claim's verdict for a block with a fault: refuted where the fault makes it false, else, almost always, the verdict of a sound block. */
public record Control(Claim claim, Mutant mutant, Finding finding) {

    public Verdict expected() {
        return mutant.breaks().contains(claim.id()) ? Verdict.REFUTED : mutant.makesTrue().contains(claim.id()) ? Verdict.HOLDS : claim.expected();
    }

    public boolean asExpected() {
        return finding.verdict() == expected();
    }
}
