package io.fluxo.experiments.cli;

import io.fluxo.experiments.verify.VerificationProgress;
import io.fluxo.text.Text;

/** How far a verification is, and how long the rest takes. */
final class VerifyLine implements VerificationProgress, AutoCloseable {

    /** Below this share an estimate says little. */
    private static final double ENOUGH = 0.02;

    private final ProgressLine line;
    private final long begin = System.nanoTime();

    VerifyLine(Terminal terminal) {
        line = new ProgressLine(terminal);
    }

    @Override
    public void at(String claim, double done) {
        line.tell(() -> {
            double left = (System.nanoTime() - begin) / 1e9 * (1 - done) / done;
            return Text.format("%.0f %% done, at %s, %s", 100 * done, claim, done < ENOUGH ? "estimating" : Durations.text(left) + " left");
        });
    }

    @Override
    public void close() {
        line.close();
    }
}
