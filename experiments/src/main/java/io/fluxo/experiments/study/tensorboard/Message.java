package io.fluxo.experiments.study.tensorboard;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A protobuf message that is written field by field. Protobuf's own {@link CodedOutputStream} encodes; nothing is generated for the few messages there are. */
final class Message {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    @FunctionalInterface
    private interface Encoding {
        void write() throws IOException;
    }

    Message whole(int field, long value) {
        return write(() -> out.writeInt64(field, value));
    }

    Message number(int field, double value) {
        return write(() -> out.writeDouble(field, value));
    }

    Message single(int field, float value) {
        return write(() -> out.writeFloat(field, value));
    }

    Message flag(int field, boolean value) {
        return write(() -> out.writeBool(field, value));
    }

    Message text(int field, String value) {
        return write(() -> out.writeString(field, value));
    }

    Message message(int field, Message value) {
        byte[] inner = value.bytes();
        return write(() -> out.writeByteArray(field, inner));
    }

    private Message write(Encoding encoding) {
        try {
            encoding.write();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written to
        }
    }

    byte[] bytes() {
        write(out::flush);
        return bytes.toByteArray();
    }
}
