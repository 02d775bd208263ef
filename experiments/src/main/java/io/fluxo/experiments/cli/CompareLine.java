package io.fluxo.experiments.cli;

import io.fluxo.experiments.compare.CompareProgress;
import io.fluxo.text.Text;
import java.io.PrintStream;
import java.time.Duration;

/** How far a comparison is: on a terminal one line that is written again and again, elsewhere a line every ten seconds. */
final class CompareLine implements CompareProgress, AutoCloseable {

    private static final long ON_TERMINAL = Duration.ofMillis(200).toNanos();
    private static final long ELSEWHERE = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final LiveLine line;
    private String part = "";
    private long partBegin;
    private long told;

    CompareLine(Terminal terminal) {
        out = terminal.err();
        line = terminal.interactive() ? new LiveLine(out, terminal.errColumns()) : null;
        told = System.nanoTime();
    }

    @Override
    public void at(String what, int done, int all) {
        long now = System.nanoTime();
        if (!what.equals(part)) {
            part = what;
            partBegin = now;
        }
        if (now - told < (line == null ? ELSEWHERE : ON_TERMINAL)) {
            return;
        }
        told = now;
        double left = done == 0 ? Double.NaN : (now - partBegin) / 1e9 * (all - done) / done;
        String text = all <= 1 ? what : Text.format("%s: %,d of %,d%s", what, done, all, done == 0 ? "" : ", " + Durations.text(left) + " left");
        if (line == null) {
            out.println(text);
        } else {
            line.accept(text);
        }
    }

    @Override
    public void close() {
        if (line != null) {
            line.close();
        }
    }
}
