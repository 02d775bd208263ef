package io.fluxo.layer;

/** A part of a model does not do what parts promise: it returned null, or speaks of what it does not have. The message names it. */
public final class BrokenPartException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public BrokenPartException(String message) {
        super(message);
    }
}
