package io.fluxo.experiments.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard output that reports failures: a {@link java.io.PrintStream} swallows an {@link IOException} and continues. */
final class FailingOutput extends FilterOutputStream {

    FailingOutput(OutputStream out) {
        super(out);
    }

    /** Standard output cannot be written. */
    static final class Failed extends UncheckedIOException {

        Failed(IOException cause) {
            super("standard output cannot be written: " + cause.getMessage(), cause);
        }

        /** Whether standard output is a pipe: writing to one fails only when its reader has gone. */
        boolean readerIsGone() {
            try {
                int kind = (int) Files.getAttribute(Path.of("/dev/fd/1"), "unix:mode") & 0170000;
                return kind == 0010000 || kind == 0140000; // a pipe or a socket
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                return false; // a system that does not say
            }
        }
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        try {
            out.write(bytes, from, length);
        } catch (IOException e) {
            throw new Failed(e);
        }
    }
}
