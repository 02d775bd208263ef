package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a safetensors file says it holds, checked against its size.
 *
 * @param tensors  name → where it lies
 * @param metadata the file's {@code __metadata__}
 */
record Header(SortedMap<String, Entry> tensors, SortedMap<String, String> metadata) {

    Header {
        tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /**
     * A tensor in a file.
     *
     * @param begin its first byte, counted from the end of the header
     * @param end   the byte after its last
     */
    record Entry(StoredType type, Shape shape, long begin, long end) {}

    /** Demands that the tensors fill the {@code dataBytes} after the header, without holes and without sharing a byte. */
    void checkCoverage(Path file, long dataBytes) {
        List<Map.Entry<String, Entry>> inOrder = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> tensor) -> tensor.getValue().begin())
                        .thenComparingLong(tensor -> tensor.getValue().end()))
                .toList();
        long covered = 0;
        for (Map.Entry<String, Entry> tensor : inOrder) {
            Entry entry = tensor.getValue();
            if (entry.end() > dataBytes) {
                throw new CheckpointException(file, Text.format("the tensor %s ends at byte %d of the data, of which there are %d: the file is cut off, or its header wrong",
                        shown(tensor.getKey()), entry.end(), dataBytes));
            }
            if (entry.begin() != covered) {
                throw new CheckpointException(file, Text.format("the tensor %s begins at byte %d of the data, but the one before it ends at %d: tensors must follow one another",
                        shown(tensor.getKey()), entry.begin(), covered));
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw new CheckpointException(file, Text.format("the tensors fill %d bytes, but %d follow the header", covered, dataBytes));
        }
    }
}
