package io.fluxo.tensor;

/** Truth values as bytes, 0 and 1, as native memory holds them. */
public final class Truths {

    private Truths() {}

    public static byte[] toBytes(boolean[] truths) {
        byte[] bytes = new byte[truths.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (truths[i] ? 1 : 0);
        }
        return bytes;
    }

    /** Every byte but 0 is true. */
    public static boolean[] ofBytes(byte[] bytes) {
        boolean[] truths = new boolean[bytes.length];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = bytes[i] != 0;
        }
        return truths;
    }
}
