package io.fluxo.experiments.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out         results
 * @param err         progress and errors
 * @param interactive whether a person watches {@code err} on a terminal
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive) {

    /** The launcher knows whether standard error is a terminal and says so; the JDK's console speaks of standard output. */
    private static final String INTERACTIVE = "fluxo.terminal";

    /** The process's own streams, in UTF-8 whatever the locale. */
    public static Terminal system() {
        String told = System.getProperty(INTERACTIVE);
        boolean interactive = told != null ? Boolean.parseBoolean(told) : System.console() != null && System.console().isTerminal();
        return new Terminal(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8), interactive);
    }
}
