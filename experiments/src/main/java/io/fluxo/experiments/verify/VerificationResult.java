package io.fluxo.experiments.verify;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * The result of a verification.
 *
 * @param rows     in the order of the claims
 * @param controls mutant by mutant
 * @param faults   the verdicts of claims about no block with a fault beneath them
 * @param options  what it was run with
 * @param exact    every backend on which bits were compared
 * @param refused  the backends on which they were not, though these said that they can run; each with the reason
 */
public record VerificationResult(List<VerdictRow> rows, List<Control> controls, List<FaultControl> faults, Apparatus.Options options, List<Apparatus.Setup> exact, List<String> refused) {

    public VerificationResult {
        rows = List.copyOf(rows);
        controls = List.copyOf(controls);
        faults = List.copyOf(faults);
        exact = List.copyOf(exact);
        refused = List.copyOf(refused);
    }

    /** What was claimed, in the order of the rows. */
    public SequencedSet<Claim> claims() {
        SequencedSet<Claim> claims = new LinkedHashSet<>();
        rows.forEach(row -> claims.add(row.claim()));
        return claims;
    }

    /** The rows of the claim {@code id}, one for each block. */
    public List<VerdictRow> of(String id) {
        return rows.stream().filter(row -> row.claim().id().equals(id)).toList();
    }

    /** What came of the faults beneath {@code claim}. */
    public List<FaultControl> faultsOf(Claim claim) {
        return faults.stream().filter(control -> control.claim() == claim).toList();
    }

    /** How many controls there are, of blocks and of other parts. */
    public int controlCount() {
        return controls.size() + faults.size();
    }

    /** How many of them did not come out as they should. */
    public long wrongControls() {
        return controls.stream().filter(control -> !control.asExpected()).count() + faults.stream().filter(control -> !control.asExpected()).count();
    }

    public boolean asExpected() {
        return rows.stream().allMatch(VerdictRow::asExpected) && controls.stream().allMatch(Control::asExpected)
                && faults.stream().allMatch(FaultControl::asExpected);
    }
}
