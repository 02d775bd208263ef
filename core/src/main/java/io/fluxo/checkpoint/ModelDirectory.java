package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Parameter;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.model.Violation;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model on disk: a directory with {@code config.json}, which says what it is, and its parameters under their names in
 * {@code model.safetensors} or, as others write large ones, in several files with an index.
 */
public final class ModelDirectory {

    private static final String CONFIG = "config.json";
    private static final String FLUXO = "fluxo";
    private static final long LARGEST_CONFIG = 1_000_000;
    private static final int MOST_LAYERS = 10_000;
    private static final int NAMES_SHOWN = 5;

    private ModelDirectory() {}

    /**
     * Writes {@code model} into {@code directory}, in place of a model that lies there. What is cut short at any moment has no
     * {@code config.json}, and so cannot be taken for a model.
     *
     * @param spec what {@code model} was built from
     */
    public static void write(Path directory, ModelSpec spec, Transformer model, Backend backend) {
        try {
            Files.createDirectories(directory);
            Path config = directory.resolve(CONFIG);
            Files.deleteIfExists(config); // the old configuration must not stand beside the new parameters
            SafetensorsWriter.write(directory.resolve(Safetensors.SINGLE), model.parameters().stream().map(parameter ->
                    new SafetensorsWriter.Item(parameter.name(), parameter.value().dtype(), parameter.shape(), () -> backend.download(parameter.value())))
                    .toList(), Map.of());
            ByteBuffer bytes = ByteBuffer.wrap(JsonFile.pretty(SpecJson.write(spec, FLUXO)));
            AtomicFile.write(config, channel -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (IOException failure) {
            throw new CheckpointException(directory, "cannot be written: " + failure, failure);
        }
    }

    /** What the model in {@code directory} was built from. */
    public static ModelSpec readSpec(Path directory) {
        Path config = directory.resolve(CONFIG);
        ObjectNode object = JsonFile.read(config, LARGEST_CONFIG);
        JsonNode type = object.get(SpecJson.MODEL_TYPE);
        if (type == null || !type.isString() || !type.stringValue().equals(FLUXO)) {
            throw new CheckpointException(config, "model_type is %s; it must be %s".formatted(type == null ? "missing" : shown(type.asString("")), FLUXO));
        }
        ModelSpec spec = SpecJson.read(config, object);
        List<Violation> violations = spec.violations();
        if (!violations.isEmpty()) {
            throw new CheckpointException(config, violations.stream().map(Violation::message).collect(Collectors.joining("; ")));
        }
        if (spec.nLayers() > MOST_LAYERS) {
            throw new CheckpointException(config, "n_layers is %d; a file may ask for at most %d".formatted(spec.nLayers(), MOST_LAYERS));
        }
        return spec;
    }

    /**
     * The model in {@code directory}, its parameters on {@code backend} in {@code dtype}.
     *
     * @param catalog the parts its configuration may name
     */
    public static Transformer read(Path directory, Catalog catalog, Backend backend, DType dtype) {
        Transformer model = build(directory.resolve(CONFIG), readSpec(directory), catalog);
        try (Safetensors tensors = Safetensors.open(directory)) {
            checkNames(tensors, model.parameters());
            model.parameters().forEach(parameter -> checkShape(tensors, parameter)); // all of them before the first is read
            model.fill(parameter -> {
                HostArray values = tensors.read(parameter.name()).cast(dtype);
                return backend.upload(new HostArray(parameter.shape(), dtype, values.array())); // the parameter's shape has names for its axes
            });
        }
        return model;
    }

    private static Transformer build(Path config, ModelSpec spec, Catalog catalog) {
        try {
            return ModelBuilder.build(spec, catalog);
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            throw new CheckpointException(config, impossible.getMessage(), impossible);
        }
    }

    private static void checkNames(Safetensors tensors, List<Parameter> parameters) {
        Set<String> wanted = parameters.stream().map(Parameter::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(tensors.names());
        Set<String> extra = new TreeSet<>(tensors.names());
        extra.removeAll(wanted);
        if (!missing.isEmpty() || !extra.isEmpty()) {
            throw new CheckpointException(tensors.path(), "does not fit the model of %s: %s".formatted(CONFIG,
                    List.of(listed("missing", missing), listed("not in the model", extra)).stream().filter(part -> !part.isEmpty())
                            .collect(Collectors.joining("; "))));
        }
    }

    private static String listed(String what, Collection<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String shown = names.stream().limit(NAMES_SHOWN).map(CheckpointException::shown).collect(Collectors.joining(", "));
        return "%s %d tensor%s: %s%s".formatted(what, names.size(), names.size() == 1 ? "" : "s", shown, names.size() > NAMES_SHOWN ? ", …" : "");
    }

    private static void checkShape(Safetensors tensors, Parameter parameter) {
        String name = parameter.name();
        if (!tensors.shape(name).equals(parameter.shape())) {
            throw new CheckpointException(tensors.path(), "the tensor %s is %s, but the model needs %s".formatted(shown(name), tensors.shape(name),
                    parameter.shape()));
        }
        if (!tensors.dtype(name).isFloating()) {
            throw new CheckpointException(tensors.path(), "the tensor %s is %s, but a parameter is a floating type".formatted(shown(name),
                    tensors.dtype(name).label()));
        }
    }
}
