package io.fluxo.golden;

import io.fluxo.checkpoint.Safetensors;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of goldens made by {@code make_goldens.py}, on the host as a whole.
 *
 * @param cases   what its metadata says of each case
 * @param tensors name → values
 */
record GoldenFile(List<JsonNode> cases, Map<String, HostArray> tensors) {

    static GoldenFile load(String name) {
        try (InputStream resource = GoldenFile.class.getResourceAsStream("/io/fluxo/golden/" + name)) {
            Path file = Files.createTempFile("golden", ".safetensors");
            try {
                Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
                return read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static GoldenFile read(Path file) {
        try (Safetensors safetensors = Safetensors.open(file)) {
            JsonNode about = JsonMapper.builder().build().readTree(safetensors.metadata().get("cases"));
            Map<String, HostArray> tensors = new TreeMap<>();
            safetensors.names().forEach(name -> tensors.put(name, safetensors.read(name)));
            return new GoldenFile(about.get("cases").valueStream().toList(), tensors);
        }
    }

    List<String> names() {
        return cases.stream().map(one -> one.get("name").asString()).toList();
    }

    JsonNode about(String name) {
        return cases.stream().filter(one -> one.get("name").asString().equals(name)).findFirst().orElseThrow();
    }

    HostArray get(String name) {
        HostArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no golden " + name);
        }
        return tensor;
    }

    /** Row {@code index} of the first axis of {@code name}. */
    HostArray get(String name, int index) {
        HostArray stacked = get(name);
        Shape shape = stacked.shape().without(0);
        int length = shape.elements();
        return HostArray.of(shape, stacked.dtype(), Arrays.copyOfRange(stacked.toDoubles(), index * length, (index + 1) * length));
    }
}
