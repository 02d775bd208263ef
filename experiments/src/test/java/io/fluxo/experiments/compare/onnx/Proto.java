package io.fluxo.experiments.compare.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes a protobuf message field by field. */
final class Proto {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @FunctionalInterface
    private interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    Proto whole(int field, long value) {
        return put(out -> out.writeInt64(field, value));
    }

    Proto real(int field, double value) {
        return put(out -> out.writeFloat(field, (float) value));
    }

    Proto text(int field, String value) {
        return put(out -> out.writeString(field, value));
    }

    Proto bytes(int field, byte... value) {
        return put(out -> out.writeBytes(field, ByteString.copyFrom(value)));
    }

    Proto message(int field, Proto value) {
        return bytes(field, value.bytes());
    }

    /** Numbers packed into one field. */
    Proto wholes(int field, long... values) {
        return message(field, new Proto().put(out -> {
            for (long value : values) {
                out.writeInt64NoTag(value);
            }
        }));
    }

    Proto reals(int field, double... values) {
        return message(field, new Proto().put(out -> {
            for (double value : values) {
                out.writeFloatNoTag((float) value);
            }
        }));
    }

    Proto doubles(int field, double... values) {
        return message(field, new Proto().put(out -> {
            for (double value : values) {
                out.writeDoubleNoTag(value);
            }
        }));
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    private Proto put(Writing writing) {
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            writing.to(out);
            out.flush();
            return this;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
