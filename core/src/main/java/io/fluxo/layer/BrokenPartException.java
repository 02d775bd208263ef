package io.fluxo.layer;

/** A part of a model breaks its contract: it returned null, or names something that it does not have. The message names the part. */
public final class BrokenPartException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public BrokenPartException(String message) {
        super(message);
    }
}
