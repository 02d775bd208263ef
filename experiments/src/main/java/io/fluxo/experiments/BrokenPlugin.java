package io.fluxo.experiments;

/** A plugin's part failed while it was used. The message names the part and says what happened; whatever does not need the part continues. */
public final class BrokenPlugin extends RuntimeException {

    public BrokenPlugin(String message, Throwable cause) {
        super(message, cause);
    }
}
