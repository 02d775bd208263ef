package io.fluxo.experiments.compare.onnx;

import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.io.IOException;
import java.util.function.Function;

/**
 * The fields of one protobuf message, one after the other. Protobuf's own {@link CodedInputStream} decodes; it never allocates more than the file still
 * holds. Nothing is generated and no tree of unknown fields is built: of ONNX's many messages few fields matter, and a tree would cost many times the
 * file's size.
 */
final class Fields {

    private final CodedInputStream in;
    private final String where;
    private int tag;

    private Fields(CodedInputStream in, String where) {
        this.in = in;
        this.where = where;
    }

    /** The message that {@code bytes} are, read by {@code reader}. */
    static <T> T read(byte[] bytes, String where, Function<Fields, T> reader) {
        return reader.apply(new Fields(CodedInputStream.newInstance(bytes), where));
    }

    @FunctionalInterface
    private interface Decoding<T> {
        T decode() throws IOException;
    }

    /** Goes to the next field; false at the message's end. */
    boolean next() {
        tag = decoded(in::readTag);
        return tag != 0;
    }

    /** The field's number. */
    int number() {
        return WireFormat.getTagFieldNumber(tag);
    }

    /** Passes over a field that does not matter. */
    void skip() {
        int type = WireFormat.getTagWireType(tag);
        if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
            throw bad(Text.format("field %d is a group, which no ONNX file has: not an ONNX file, or damaged", number()));
        }
        decoded(() -> in.skipField(tag));
    }

    long whole() {
        return scalar(WireFormat.WIRETYPE_VARINT, in::readInt64);
    }

    double real() {
        return scalar(WireFormat.WIRETYPE_FIXED32, in::readFloat);
    }

    /** Text, with a replacement character for what is not UTF-8. */
    String text() {
        return scalar(WireFormat.WIRETYPE_LENGTH_DELIMITED, in::readBytes).toStringUtf8();
    }

    byte[] bytes() {
        return scalar(WireFormat.WIRETYPE_LENGTH_DELIMITED, in::readByteArray);
    }

    /** A message within this one; {@code name} is added to where a message says a fault is. */
    <T> T message(String name, Function<Fields, T> reader) {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int outer = decoded(() -> in.pushLimit(in.readRawVarint32()));
        T read = reader.apply(new Fields(in, where + ": " + name));
        in.popLimit(outer);
        return read;
    }

    /** One number of a repeated field, or all of them packed. */
    void wholes(ImmutableLongArray.Builder into) {
        repeated(WireFormat.WIRETYPE_VARINT, () -> into.add(in.readInt64()));
    }

    void reals(ImmutableDoubleArray.Builder into) {
        repeated(WireFormat.WIRETYPE_FIXED32, () -> into.add(in.readFloat()));
    }

    void doubles(ImmutableDoubleArray.Builder into) {
        repeated(WireFormat.WIRETYPE_FIXED64, () -> into.add(in.readDouble()));
    }

    private void repeated(int type, Decoding<?> one) {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            scalar(type, one);
            return;
        }
        int outer = decoded(() -> in.pushLimit(in.readRawVarint32()));
        while (in.getBytesUntilLimit() > 0) {
            decoded(one);
        }
        in.popLimit(outer);
    }

    private <T> T scalar(int type, Decoding<T> decoding) {
        require(type);
        return decoded(decoding);
    }

    private void require(int type) {
        if (WireFormat.getTagWireType(tag) != type) {
            throw bad(Text.format("field %d has the wire type %d, not %d: not an ONNX file, or damaged", number(), WireFormat.getTagWireType(tag), type));
        }
    }

    private <T> T decoded(Decoding<T> decoding) {
        try {
            return decoding.decode();
        } catch (IOException broken) {
            throw new BadInput(Text.format("%s: not a protobuf message at byte %,d: cut off, or damaged", where, in.getTotalBytesRead()), broken);
        }
    }

    /** What is wrong with this message. */
    BadInput bad(String message) {
        return new BadInput(where + ": " + message);
    }
}
