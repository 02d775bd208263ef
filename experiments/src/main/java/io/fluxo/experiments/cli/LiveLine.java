package io.fluxo.experiments.cli;

import java.io.PrintStream;
import java.util.List;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last lines of a terminal, written again and again, with lines that stay above them: one, and any number of rows over it. Everything goes out in
 * one piece, over what stands there, so that nothing flickers. The library's own consumer asks its terminal library for the width, which then handles
 * Ctrl-C in its own way: the process would end on the spot.
 */
final class LiveLine implements ProgressBarConsumer {

    private static final String UP = "\u001b[A";
    private static final String ERASE_BELOW = "\u001b[J";

    private final PrintStream out;
    private final int columns;
    private List<String> rows = List.of();
    private String shown = "";
    private int shownRows;
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

    /** What stands over the line when it is written next. Only for a terminal whose cursor can be moved. */
    synchronized void over(List<String> lines) {
        rows = lines;
    }

    @Override
    public synchronized void accept(String line) {
        if (!closed) {
            String begin = rows.size() < shownRows ? erased() : home();
            shown = line;
            out.print(begin + block());
        }
    }

    /** A line that stays. */
    synchronized void above(String line) {
        out.print(erased() + line + System.lineSeparator() + (shown.isEmpty() ? "" : block()));
    }

    @Override
    public synchronized void clear() {
        out.print(erased());
        shown = "";
    }

    /** To the first of the lines that are shown. */
    private String home() {
        return "\r" + UP.repeat(shownRows);
    }

    private String erased() {
        String erased = home() + (shownRows > 0 ? ERASE_BELOW : " ".repeat(shown.isEmpty() ? 0 : columns) + "\r");
        shownRows = 0;
        return erased;
    }

    /** Each line over the whole width: nothing of what stood there remains. */
    private String block() {
        StringBuilder block = new StringBuilder();
        rows.forEach(row -> block.append(whole(row)).append(System.lineSeparator()));
        shownRows = rows.size();
        return block.append(whole(shown)).toString();
    }

    private String whole(String line) {
        return line.length() < columns ? line + " ".repeat(columns - line.length()) : line.substring(0, columns);
    }

    /** Removes the lines, whatever the library's timer still does. */
    @Override
    public synchronized void close() {
        clear();
        closed = true;
    }
}
