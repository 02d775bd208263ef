package io.fluxo.experiments.verify;

import java.util.List;

/**
 * What a verification came to.
 *
 * @param rows     in the order of the claims
 * @param controls mutant by mutant
 * @param settings what it was run with
 * @param exact    every backend on which bits were compared
 */
public record Outcome(List<Row> rows, List<Control> controls, Apparatus.Settings settings, List<Apparatus.Setup> exact) {

    public Outcome {
        rows = List.copyOf(rows);
        controls = List.copyOf(controls);
        exact = List.copyOf(exact);
    }

    public boolean asExpected() {
        return rows.stream().allMatch(Row::asExpected) && controls.stream().allMatch(Control::asExpected);
    }
}
