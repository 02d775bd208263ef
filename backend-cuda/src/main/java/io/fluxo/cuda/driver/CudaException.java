package io.fluxo.cuda.driver;

/** A function of CUDA's came back with an error. The message names the function, the error and what was being done. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    CudaException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The number that came back. */
    public int status() {
        return status;
    }
}
