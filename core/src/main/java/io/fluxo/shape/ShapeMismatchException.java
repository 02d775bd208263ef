package io.fluxo.shape;

/**
 * Shapes that do not fit an operation. The message names the operation and the shapes; the layer that called the operation adds its path, so
 * that a user reads {@code matmul: left [batch=8, pos=128, d_model=256] · right [d_mlp=512, d_model=128]: 256 ≠ 128 at blocks.3.mlp}.
 */
public final class ShapeMismatchException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final boolean located;

    public ShapeMismatchException(String message) {
        this(message, false, null);
    }

    private ShapeMismatchException(String message, boolean located, Throwable cause) {
        super(message, cause);
        this.located = located;
    }

    /** The same error at {@code path}; the innermost layer's path stays. */
    public ShapeMismatchException at(String path) {
        return located || path.isEmpty() ? this : new ShapeMismatchException(getMessage() + " at " + path, true, this);
    }
}
