package io.fluxo.tensor;

/** Element types. Nothing is promoted: operations on different types are an error, casts are explicit. */
public enum DType {
    F32(true, 4), F64(true, 8), BF16(true, 2), I32(false, 4), I64(false, 8), BOOL(false, 1);

    private final boolean floating;
    private final int bytes;

    DType(boolean floating, int bytes) {
        this.floating = floating;
        this.bytes = bytes;
    }

    public boolean isFloating() {
        return floating;
    }

    public boolean isInteger() {
        return this == I32 || this == I64;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The name users type: {@code f32}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
