package io.fluxo.cuda.emulator;

/** A call of the emulator has failed. */
final class EmulatorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    EmulatorException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** CUDA's number of the error. */
    int status() {
        return status;
    }
}
