package io.fluxo.experiments.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out        results
 * @param err        progress and errors
 * @param outColumns width of the terminal that {@code out} is; 0 where it is a file or a pipe
 * @param errColumns width of the terminal that {@code err} is; 0 where it is a file or a pipe
 */
public record Terminal(PrintStream out, PrintStream err, int outColumns, int errColumns) {

    /** The launcher knows which stream is a terminal, and how wide; the JDK's console speaks of both at once. */
    private static final String OUT_COLUMNS = "fluxo.columns.out";
    private static final String ERR_COLUMNS = "fluxo.columns.err";

    private static final int USUAL = 80;

    /** @param interactive whether a person watches {@code err} on a terminal */
    public Terminal(PrintStream out, PrintStream err, boolean interactive) {
        this(out, err, 0, interactive ? USUAL : 0);
    }

    /** The process's own streams, in UTF-8 whatever the locale. */
    public static Terminal system() {
        int usual = System.console() != null && System.console().isTerminal() ? USUAL : 0;
        return new Terminal(new PrintStream(new FailingOutput(new FileOutputStream(FileDescriptor.out)), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Integer.getInteger(OUT_COLUMNS, usual), Integer.getInteger(ERR_COLUMNS, usual));
    }

    /** Whether a person watches {@code err}. */
    public boolean interactive() {
        return errColumns > 0;
    }

    /** Columns that tables on {@code out} keep within. */
    int tableColumns() {
        return outColumns == 0 ? Integer.MAX_VALUE : outColumns;
    }
}
