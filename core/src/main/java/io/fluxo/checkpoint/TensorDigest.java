package io.fluxo.checkpoint;

import io.fluxo.tensor.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** A checksum over tensors with their names, types and shapes, and over texts about them: one other bit anywhere gives another. */
public final class TensorDigest {

    private static final int CHUNK = 1 << 20;

    private final MessageDigest digest;

    private TensorDigest(MessageDigest digest) {
        this.digest = digest;
    }

    /** SHA-256 in hexadecimal digits; the order of the maps does not matter. */
    public static String of(Map<String, HostArray> tensors, Map<String, String> texts) {
        try {
            TensorDigest whole = new TensorDigest(MessageDigest.getInstance("SHA-256"));
            new TreeMap<>(texts).forEach((key, text) -> whole.add(key).add(text));
            new TreeMap<>(tensors).forEach((name, values) -> whole.add(name).add(values));
            return HexFormat.of().formatHex(whole.digest.digest());
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }

    /** Its length before it, so that two texts are not taken for two others. */
    private TensorDigest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
        return this;
    }

    private void add(HostArray values) {
        add(values.dtype() + " " + Arrays.toString(values.shape().sizes())); // axes have names in memory only
        StoredType type = StoredType.of(values.dtype());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        int step = CHUNK / type.bytes();
        for (int at = 0; at < values.elements(); at += step) {
            type.encode(values.array(), at, Math.min(step, values.elements() - at), chunk.clear());
            digest.update(chunk.flip());
        }
    }
}
