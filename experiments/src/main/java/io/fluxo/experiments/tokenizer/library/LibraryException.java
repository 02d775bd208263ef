package io.fluxo.experiments.tokenizer.library;

/** The library does not do what was asked. The message says why, in its words where it has some. */
public final class LibraryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LibraryException(String message) {
        super(message);
    }

    LibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
