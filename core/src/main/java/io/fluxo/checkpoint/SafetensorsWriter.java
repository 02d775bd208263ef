package io.fluxo.checkpoint;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a safetensors file. What it writes is determined by the tensors alone: larger types first, then by name, as Hugging Face's own
 * writer has it, after a header that spaces fill up to a multiple of 8 bytes.
 */
final class SafetensorsWriter {

    private static final int CHUNK = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * A tensor to write; its values are asked for when their turn comes, so that a model need not be on the host as a whole.
     *
     * @param values gives an array of this dtype and shape
     */
    record Item(String name, DType dtype, Shape shape, Supplier<HostArray> values) {

        StoredType type() {
            return StoredType.of(dtype);
        }
    }

    static void write(Path file, Collection<Item> tensors, Map<String, String> metadata) {
        Set<String> names = new HashSet<>();
        for (Item tensor : tensors) {
            if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
                throw new IllegalArgumentException(Text.format("the tensor name '%s' is taken", tensor.name()));
            }
        }
        List<Item> inOrder = tensors.stream().sorted(Comparator.comparing(Item::type).thenComparing(Item::name)).toList();
        try {
            AtomicFile.write(file, channel -> {
                write(channel, header(inOrder, metadata));
                for (Item tensor : inOrder) {
                    writeValues(channel, tensor);
                }
            });
        } catch (IOException failure) {
            throw new CheckpointException(file, "cannot be written: " + failure, failure);
        }
    }

    private static ByteBuffer header(List<Item> tensors, Map<String, String> metadata) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long at = 0;
        for (Item tensor : tensors) {
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", tensor.type().name());
            Arrays.stream(tensor.shape().sizes()).forEach(entry.putArray("shape")::add);
            long end = at + (long) tensor.shape().elements() * tensor.type().bytes();
            entry.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = JsonFile.compact(header);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        return bytes.flip();
    }

    private static void writeValues(FileChannel channel, Item tensor) throws IOException {
        HostArray values = tensor.values().get();
        if (values.dtype() != tensor.dtype() || !values.shape().equals(tensor.shape())) {
            throw new IllegalStateException(Text.format("the values of '%s' are %s %s, not %s %s", tensor.name(), values.dtype().label(), values.shape(),
                    tensor.dtype().label(), tensor.shape()));
        }
        StoredType type = tensor.type();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        int step = CHUNK / type.bytes();
        for (int at = 0; at < values.elements(); at += step) {
            type.encode(values.array(), at, Math.min(step, values.elements() - at), chunk.clear());
            write(channel, chunk.flip());
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
