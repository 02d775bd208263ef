package io.fluxo.experiments;

/** The backend asked for exists but cannot run here. The message lists every backend with its reason; the program ends with status 3. */
public final class BackendUnavailable extends RuntimeException {

    public BackendUnavailable(String message) {
        super(message);
    }

    public BackendUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
