package io.fluxo.experiments.cli;

import io.fluxo.backend.ObservedBackend.Observation;
import io.fluxo.experiments.bench.Profile;
import io.fluxo.text.Text;

/** A profile as a table: one row for each operation, the rest in the last. */
final class ProfileText {

    private ProfileText() {}

    static String of(String step, Profile profile, int columns) {
        TextTable table = new TextTable("operation", "calls", "µs a step", "rate", "of peak", "share");
        double runs = profile.step().runs();
        double total = profile.step().total() * 1e6; // ns
        for (Observation each : profile.operations()) {
            boolean products = each.flops() > 0;
            double rate = (products ? each.flops() : each.bytes()) / (double) each.nanos();
            double peak = products ? profile.peak().f32() : profile.peak().gigabytes(each.bytes() / each.calls());
            table.row(each.op(), number("%.0f", each.calls() / runs), number("%.1f", each.nanos() / runs / 1e3),
                    number("%.1f", rate) + (products ? " GFLOP/s" : " GB/s"), percent(rate / peak), percent(each.nanos() / total));
        }
        table.row("elsewhere", "", number("%.1f", profile.elsewhere() * total / runs / 1e3), "", "", percent(profile.elsewhere()));
        return Text.format("%s: %s ms; peak %s GFLOP/s, memory %s GB/s%n%s%n", step, number("%.3f", profile.step().median()),
                number("%.0f", profile.peak().f32()), number("%.0f", profile.peak().memory().gigabytes()), table.within(columns));
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share);
    }

    private static String number(String format, double value) {
        return Text.format(format, value);
    }
}
