package io.fluxo.experiments.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of a terminal, written again and again, with lines that stay above it. The library's own consumer asks its terminal library for the
 * width, which then handles Ctrl-C in its own way: the process would end on the spot.
 */
final class LiveLine implements ProgressBarConsumer {

    private final PrintStream out;
    private final int columns;
    private String shown = "";
    private boolean closed;

    /** @param columns of the terminal; the last one stays empty, so that the cursor never moves to the next line */
    LiveLine(PrintStream out, int columns) {
        this.out = out;
        this.columns = Math.max(2, columns) - 1;
    }

    @Override
    public int getMaxRenderedLength() {
        return columns;
    }

    @Override
    public synchronized void accept(String line) {
        if (!closed) {
            out.print(erased() + line);
            shown = line;
        }
    }

    /** A line that stays. */
    synchronized void above(String line) {
        out.print(erased() + line + System.lineSeparator() + shown);
    }

    @Override
    public synchronized void clear() {
        out.print(erased());
        shown = "";
    }

    private String erased() {
        return "\r" + " ".repeat(shown.isEmpty() ? 0 : columns) + "\r";
    }

    /** Removes the line, whatever the library's timer still does. */
    @Override
    public synchronized void close() {
        clear();
        closed = true;
    }
}
