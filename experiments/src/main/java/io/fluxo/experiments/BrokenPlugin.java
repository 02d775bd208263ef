package io.fluxo.experiments;

/** A plugin's part went wrong while it was used. The message names the part and says what happened; what does not need it goes on. */
public final class BrokenPlugin extends RuntimeException {

    public BrokenPlugin(String message, Throwable cause) {
        super(message, cause);
    }
}
