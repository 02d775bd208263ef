package io.fluxo.checkpoint;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Trained models of other programs, brought into a layout that Fluxo reads. For tests. */
final class Converted {

    private Converted() {}

    static Map<String, HostArray> tensors(Path file) {
        try (Safetensors read = Safetensors.open(file)) {
            Map<String, HostArray> tensors = new TreeMap<>();
            read.names().forEach(name -> tensors.put(name, read.read(name)));
            return tensors;
        }
    }

    static HostArray turned(HostArray matrix) {
        int rows = matrix.shape().size(0);
        int columns = matrix.shape().size(1);
        double[] from = matrix.toDoubles();
        double[] to = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i % columns * rows + i / columns] = from[i];
        }
        return HostArray.of(Shape.of(columns, rows), DType.F32, to);
    }

    /** [batch a b width] → [batch b a width]. */
    static double[] swapped(HostArray x) {
        int a = x.shape().size(1);
        int b = x.shape().size(2);
        int width = x.shape().size(3);
        double[] from = x.toDoubles();
        double[] to = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            int batch = i / (a * b * width);
            int atA = i / (b * width) % a;
            int atB = i / width % b;
            to[((batch * b + atB) * a + atA) * width + i % width] = from[i];
        }
        return to;
    }

    static void write(Path directory, String config, Map<String, HostArray> tensors) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config);
        Safetensors.write(directory.resolve("model.safetensors"), tensors);
    }
}
