package io.fluxo.experiments.cli;

import io.fluxo.text.Text;

/** Seconds for people. */
final class Durations {

    private Durations() {}

    static String text(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "?";
        }
        if (seconds < 60) {
            return Text.format(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600 ? Text.format("%d min %02d s", whole / 60, whole % 60) : Text.format("%d h %02d min", whole / 3600, whole % 3600 / 60);
    }
}
