package io.fluxo.program;

/** A view computes nothing: its readers find the elements in their place without it. */
public record LeaveOutViews() implements Rule {

    @Override
    public Program rewrite(Program program) {
        return program.with(program.instructions().stream().filter(one -> !(one.action() instanceof Action.Compute compute && compute.isView())).toList());
    }
}
