package io.fluxo.experiments.cli;

import java.util.Locale;

/** Seconds for people. */
final class Durations {

    private Durations() {}

    static String text(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "?";
        }
        if (seconds < 60) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600 ? "%d min %02d s".formatted(whole / 60, whole % 60) : "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60);
    }
}
