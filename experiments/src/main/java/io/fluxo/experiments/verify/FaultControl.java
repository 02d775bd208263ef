package io.fluxo.experiments.verify;

/** A claim's verdict with a fault planted beneath it. */
public record FaultControl(Claim claim, Fault fault, Finding finding) {

    public boolean asExpected() {
        return finding.verdict() == fault.seen();
    }
}
