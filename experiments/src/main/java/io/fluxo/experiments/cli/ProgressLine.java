package io.fluxo.experiments.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/** How far something is: on a terminal one line that is written again and again, elsewhere a line every ten seconds. */
final class ProgressLine implements AutoCloseable {

    private static final long ON_TERMINAL = Duration.ofMillis(200).toNanos();
    private static final long ELSEWHERE = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final LiveLine line;
    private long told;

    ProgressLine(Terminal terminal) {
        out = terminal.err();
        line = terminal.interactive() ? new LiveLine(out, terminal.errColumns()) : null;
        told = System.nanoTime();
    }

    /** Writes what {@code text} gives, if it is time to. */
    void tell(Supplier<String> text) {
        long now = System.nanoTime();
        if (now - told < (line == null ? ELSEWHERE : ON_TERMINAL)) {
            return;
        }
        told = now;
        if (line == null) {
            out.println(text.get());
        } else {
            line.accept(text.get());
        }
    }

    @Override
    public void close() {
        if (line != null) {
            line.close();
        }
    }
}
