package io.fluxo.cuda.driver;

/** A native library is absent, or not the one that is needed. The message says which and why. */
public final class UnusableLibraryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableLibraryException(String message) {
        super(message);
    }
}
