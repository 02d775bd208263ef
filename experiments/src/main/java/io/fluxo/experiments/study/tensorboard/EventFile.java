package io.fluxo.experiments.study.tensorboard;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Records as TensorFlow writes them: {@code length (8 bytes), its checksum (4), data, its checksum (4)}, everything with the lowest byte first. A checksum
 * is CRC-32C, rotated and shifted by a constant, since a CRC of data that hold their own CRC says little.
 */
final class EventFile {

    private static final int MASK = 0xa282ead8;
    private static final int HEAD = Long.BYTES + Integer.BYTES;

    private EventFile() {}

    /**
     * An event that was written.
     *
     * @param tag of its first value; empty where it has none
     */
    record Written(long step, double wallTime, String tag) {}

    /** {@code data} as a record. */
    static byte[] record(byte[] data) {
        ByteBuffer record = ByteBuffer.allocate(HEAD + data.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(masked(record.array(), 0, Long.BYTES)).put(data).putInt(masked(data, 0, data.length));
        return record.array();
    }

    private static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    /** The events in {@code file}, up to the first that is damaged or was cut off. */
    static List<Written> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Written> events = new ArrayList<>();
        while (in.remaining() > HEAD) {
            int at = in.position();
            long length = in.getLong();
            if (in.getInt() != masked(bytes, at, Long.BYTES) || length < 0 || length > in.remaining() - Integer.BYTES) {
                break;
            }
            int data = in.position();
            in.position(data + (int) length);
            if (in.getInt() != masked(bytes, data, (int) length)) {
                break;
            }
            events.add(event(CodedInputStream.newInstance(bytes, data, (int) length)));
        }
        return events;
    }

    private static Written event(CodedInputStream in) throws IOException {
        long step = 0;
        double wallTime = 0;
        String name = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Events.WALL_TIME -> wallTime = in.readDouble();
                case Events.STEP -> step = in.readInt64();
                case Events.SUMMARY -> name = firstText(first(in.readByteArray(), Events.VALUE), Events.TAG);
                default -> in.skipField(tag);
            }
        }
        return new Written(step, wallTime, name);
    }

    /** The first field of a message if it is {@code field}; otherwise nothing. */
    private static byte[] first(byte[] message, int field) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        return WireFormat.getTagFieldNumber(in.readTag()) == field ? in.readByteArray() : new byte[0];
    }

    private static String firstText(byte[] message, int field) throws IOException {
        return new String(first(message, field), StandardCharsets.UTF_8);
    }
}
