package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.checkpoint.Header.Entry;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One open safetensors file: eight bytes with the header's length, the header, the data. Values are read out of memory that the file is mapped to, a window at
 * a time, so that no more of the file than that counts as the process's memory.
 */
final class TensorFile implements AutoCloseable {

    private static final long LARGEST_HEADER = 100_000_000; // the format's own bound
    private static final int WINDOW = 1 << 22;

    private final Path file;
    private final FileChannel channel;
    private final Header header;
    private final long dataStart;
    private Object piece;

    private TensorFile(Path file, FileChannel channel, Header header, long dataStart) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    static TensorFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, Files.exists(file) ? "not a regular file" : "there is no such file");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file);
            TensorFile opened = opened(file, channel);
            channel = null; // now the result's
            return opened;
        } catch (IOException failure) {
            throw new CheckpointException(file, "cannot be read: " + failure.getMessage(), failure);
        } finally {
            closeQuietly(channel);
        }
    }

    private static TensorFile opened(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new CheckpointException(file,
                    Text.format("its %d bytes are too few for a safetensors file, which begins with the 8 bytes of its header's length", size));
        }
        long length = bytes(file, channel, 0, Long.BYTES).getLong();
        if (length < 0 || length > LARGEST_HEADER || length > size - Long.BYTES) {
            throw new CheckpointException(file,
                    Text.format("the header's length %s is beyond the file's %d bytes or the format's bound of %d: not a safetensors file, or cut off",
                            Long.toUnsignedString(length), size, LARGEST_HEADER));
        }
        long dataStart = Long.BYTES + length;
        Header header = HeaderReader.read(file, bytes(file, channel, Long.BYTES, (int) length).array(), size - dataStart);
        return new TensorFile(file, channel, header, dataStart);
    }

    Header header() {
        return header;
    }

    /** Receives a tensor's values piece by piece. */
    @FunctionalInterface
    interface Pieces {

        /**
         * @param at     the piece's first element in the tensor
         * @param values an array of the kind {@link HostArray} wants, used again for the next piece
         * @param count  how many of its elements are the piece
         */
        void take(long at, Object values, int count);
    }

    /** The values of a tensor that the header names. */
    HostArray read(String name) {
        Entry entry = header.tensors().get(name);
        Object array = entry.type().newArray(entry.shape().elements());
        decode(name, (at, bytes, count) -> entry.type().decode(bytes, array, (int) at, count));
        return new HostArray(entry.shape(), entry.type().dtype(), array);
    }

    /** Gives the values of a tensor that the header names to {@code pieces}. */
    void stream(String name, Pieces pieces) {
        StoredType type = header.tensors().get(name).type();
        Object values = pieceOf(type);
        decode(name, (at, bytes, count) -> {
            boolean decoded = type.decode(bytes, values, 0, count);
            pieces.take(at, values, count);
            return decoded;
        });
    }

    /** One array for all pieces of a kind. */
    private Object pieceOf(StoredType type) {
        Object fresh = type.newArray(0);
        if (piece == null || piece.getClass() != fresh.getClass() || Array.getLength(piece) < WINDOW / type.bytes()) {
            piece = type.newArray(WINDOW / type.bytes());
        }
        return piece;
    }

    /** Decodes some bytes of a tensor; false where a truth value is neither 0 nor 1. */
    @FunctionalInterface
    private interface Decoder {
        boolean decode(long at, ByteBuffer bytes, int count);
    }

    private void decode(String name, Decoder decoder) {
        Entry entry = header.tensors().get(name);
        StoredType type = entry.type();
        int elements = entry.shape().elements();
        int step = WINDOW / type.bytes();
        try {
            for (int at = 0; at < elements; at += step) {
                int count = Math.min(step, elements - at);
                if (!decoded(dataStart + entry.begin() + (long) at * type.bytes(), count * type.bytes(), at, count, decoder)) {
                    throw new CheckpointException(file, Text.format("the tensor %s holds a truth value that is neither 0 nor 1", shown(name)));
                }
            }
        } catch (IOException failure) {
            throw new CheckpointException(file, Text.format("the tensor %s cannot be read: %s", shown(name), failure.getMessage()), failure);
        }
    }

    /** Decodes one window. A file that has become shorter since it was opened cannot be mapped there, or faults where it is read. */
    private boolean decoded(long position, int bytes, long at, int count, Decoder decoder) throws IOException {
        if (channel.size() < position + bytes) {
            throw cutOff(null);
        }
        try (Arena arena = Arena.ofConfined()) {
            return decoder.decode(at, channel.map(MapMode.READ_ONLY, position, bytes, arena).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN), count);
        } catch (InternalError fault) {
            throw cutOff(fault);
        }
    }

    private CheckpointException cutOff(Throwable cause) {
        return new CheckpointException(file, "was cut off while it was read", cause);
    }

    /** {@code length} bytes from {@code position} on. */
    private static ByteBuffer bytes(Path file, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = buffer(length);
        fill(file, channel, position, bytes);
        return bytes.flip();
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void fill(Path file, FileChannel channel, long position, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new CheckpointException(file, "was cut off while it was read");
            }
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    /** Nothing was written, so that nothing can be lost. */
    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // the values read are right all the same
            }
        }
    }
}
