package io.fluxo.experiments.study.tensorboard;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file of TensorBoard's events, decoded by the format's description alone. Every checksum is computed bit by bit and has to be right, and no byte may
 * be left over.
 */
public record DecodedEvents(List<Event> events) {

    public record Value(String tag, float scalar) {}

    /** @param restart whether it says that everything before is void */
    public record Event(double wallTime, long step, String version, boolean restart, List<Value> values) {}

    /** A point of a curve. */
    public record Point(long step, float value) {}

    public static DecodedEvents of(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            require(in.getInt(), length);
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            require(in.getInt(), data);
            events.add(event(CodedInputStream.newInstance(data)));
        }
        return new DecodedEvents(events);
    }

    /** Tag → points, in the order in which they are written. What is told of hyperparameters is there as a tag without a value. */
    public SortedMap<String, List<Point>> scalars() {
        SortedMap<String, List<Point>> scalars = new TreeMap<>();
        events.forEach(event -> event.values.forEach(value ->
                scalars.computeIfAbsent(value.tag, _ -> new ArrayList<>()).add(new Point(event.step, value.scalar))));
        return scalars;
    }

    private static void require(int written, byte[] data) {
        int crc = crc32c(data);
        int masked = (crc >>> 15 | crc << 17) + 0xa282ead8;
        if (written != masked) {
            throw new AssertionError("the checksum is %08x, not %08x".formatted(written, masked));
        }
    }

    static int crc32c(byte[] data) {
        int crc = ~0;
        for (byte one : data) {
            crc ^= one & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78;
            }
        }
        return ~crc;
    }

    private static Event event(CodedInputStream in) throws IOException {
        double wallTime = 0;
        long step = 0;
        String version = "";
        boolean restart = false;
        List<Value> values = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> wallTime = in.readDouble();
                case 2 -> step = in.readInt64();
                case 3 -> version = in.readString();
                case 5 -> {
                    CodedInputStream summary = in.readBytes().newCodedInput();
                    while (summary.readTag() != 0) {
                        values.add(value(summary.readBytes().newCodedInput()));
                    }
                }
                case 7 -> {
                    CodedInputStream log = in.readBytes().newCodedInput();
                    restart = log.readTag() == 8 && log.readEnum() == 1;
                }
                default -> throw new AssertionError("a field that Fluxo does not write: " + tag);
            }
        }
        return new Event(wallTime, step, version, restart, values);
    }

    private static Value value(CodedInputStream in) throws IOException {
        String name = "";
        float scalar = Float.NaN;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> name = in.readString();
                case 2 -> scalar = in.readFloat();
                default -> in.skipField(tag);
            }
        }
        return new Value(name, scalar);
    }

    /** The points of one tag. */
    public List<Point> points(String tag) {
        return scalars().getOrDefault(tag, List.of());
    }
}
