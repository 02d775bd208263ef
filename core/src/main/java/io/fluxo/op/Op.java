package io.fluxo.op;

/** An operation as data: what is computed, without how. Equal records compute the same. */
public sealed interface Op permits PrimitiveOp, FusedOp, UpdateOp {

    /** The operation's name in messages and profiles: {@code matMul}, {@code layerNorm}. */
    default String name() {
        String type = getClass().getSimpleName();
        return Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }
}
