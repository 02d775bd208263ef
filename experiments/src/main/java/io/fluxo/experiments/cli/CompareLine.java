package io.fluxo.experiments.cli;

import io.fluxo.experiments.compare.CompareProgress;
import io.fluxo.text.Text;

/** How far a comparison is, and how long the rest of this part takes. */
final class CompareLine implements CompareProgress, AutoCloseable {

    private final ProgressLine line;
    private String part = "";
    private long partBegin;

    CompareLine(Terminal terminal) {
        line = new ProgressLine(terminal);
    }

    @Override
    public void at(String what, int done, int all) {
        long now = System.nanoTime();
        if (!what.equals(part)) {
            part = what;
            partBegin = now;
        }
        line.tell(() -> {
            double left = done == 0 ? Double.NaN : (now - partBegin) / 1e9 * (all - done) / done;
            return all <= 1 ? what : Text.format("%s: %,d of %,d%s", what, done, all, done == 0 ? "" : ", " + Durations.text(left) + " left");
        });
    }

    @Override
    public void close() {
        line.close();
    }
}
