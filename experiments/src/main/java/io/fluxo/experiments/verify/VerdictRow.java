package io.fluxo.experiments.verify;

/**
 * A claim's verdict for one block.
 *
 * @param placement the block; empty where the claim is about none
 * @param seconds   it took
 */
public record VerdictRow(Claim claim, String placement, Finding finding, Verdict expected, double seconds) {

    public boolean asExpected() {
        return finding.verdict() == expected;
    }
}
