package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Violation;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model on disk: a directory with {@code config.json}, which says what it is, and its parameters under their names in
 * {@code model.safetensors} or, as others write large ones, in several files with an index; beside them {@code tokenizer.json}, where its ids are
 * characters.
 */
public final class ModelDirectory {

    public static final String CONFIG = "config.json";
    private static final String FLUXO = "fluxo";
    private static final long LARGEST_CONFIG = 1_000_000;
    private static final int NAMES_SHOWN = 5;

    private ModelDirectory() {}

    /** Writes a model whose tokens are no text. */
    public static void write(Path directory, ModelSpec spec, LanguageModel model, Backend backend) {
        write(directory, spec, model, Optional.empty(), backend);
    }

    /**
     * Writes {@code model} into {@code directory}, in place of a model that lies there. What is cut short at any moment has no
     * {@code config.json}, and so cannot be taken for a model.
     *
     * @param spec      what {@code model} was built from
     * @param tokenizer what its ids stand for, where they are characters
     */
    public static void write(Path directory, ModelSpec spec, LanguageModel model, Optional<CharacterTokenizer> tokenizer, Backend backend) {
        try {
            Files.createDirectories(directory);
            Path config = directory.resolve(CONFIG);
            Files.deleteIfExists(config); // the old configuration must not stand beside the new parameters
            SafetensorsWriter.write(directory.resolve(Safetensors.SINGLE), model.cells().stream().map(cell ->
                    new SafetensorsWriter.Item(cell.name(), cell.value().dtype(), cell.shape(), () -> backend.download(cell.value())))
                    .toList(), Map.of());
            Files.deleteIfExists(directory.resolve(CharacterTokenizer.FILE)); // that of the model before
            if (tokenizer.isPresent()) {
                tokenizer.get().write(directory);
            }
            AtomicFile.write(config, new String(JsonFile.pretty(SpecJson.write(spec, FLUXO)), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new CheckpointException(directory, "cannot be written: " + failure, failure);
        }
    }

    /**
     * What the model in {@code directory} was built from.
     *
     * @param catalog the parts its configuration may name
     */
    public static ModelSpec readSpec(Path directory, Catalog catalog) {
        Path config = directory.resolve(CONFIG);
        ObjectNode object = JsonFile.read(config, LARGEST_CONFIG);
        JsonNode type = object.get(SpecJson.MODEL_TYPE);
        if (type == null || !type.isString() || !type.stringValue().equals(FLUXO)) {
            throw new CheckpointException(config, Text.format("model_type is %s; it must be %s", type == null ? "missing" : shown(type.asString("")), FLUXO));
        }
        ModelSpec spec = SpecJson.read(config, object, catalog);
        List<Violation> violations = spec.violations(catalog);
        if (!violations.isEmpty()) {
            throw new CheckpointException(config, violations.stream().map(Violation::message).collect(Collectors.joining("; ")));
        }
        return spec;
    }

    /**
     * The model in {@code directory}, its parameters on {@code backend} in {@code dtype}.
     *
     * @param catalog the parts its configuration may name
     */
    public static LanguageModel read(Path directory, Catalog catalog, Backend backend, DType dtype) {
        LanguageModel model = build(directory.resolve(CONFIG), readSpec(directory, catalog), catalog);
        fill(directory, model, backend, dtype);
        return model;
    }

    /** Puts the parameters in {@code directory} into {@code model}, which has to have all of them and no others. */
    public static void fill(Path directory, LanguageModel model, Backend backend, DType dtype) {
        try (Safetensors tensors = Safetensors.open(directory)) {
            checkFit(tensors, model); // all of them before the first is read
            model.fill(cell -> {
                HostArray values = tensors.read(cell.name()).cast(dtype);
                return backend.upload(new HostArray(cell.shape(), dtype, values.array())); // the cell's shape has names for its axes
            });
        }
    }

    /**
     * Looks whether {@link #fill} can do its work, without reading the values.
     *
     * @throws CheckpointException if the parameters are not there, or are others than {@code model} has
     */
    public static void requireFit(Path directory, LanguageModel model) {
        try (Safetensors tensors = Safetensors.open(directory)) {
            checkFit(tensors, model);
        }
    }

    private static void checkFit(Safetensors tensors, LanguageModel model) {
        checkNames(tensors, model.cells());
        model.cells().forEach(cell -> checkShape(tensors, cell));
    }

    private static LanguageModel build(Path config, ModelSpec spec, Catalog catalog) {
        try {
            return ModelBuilder.build(spec, catalog);
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            throw new CheckpointException(config, impossible.getMessage(), impossible);
        }
    }

    private static void checkNames(Safetensors tensors, List<Cell> cells) {
        Set<String> wanted = cells.stream().map(Cell::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(tensors.names());
        Set<String> extra = new TreeSet<>(tensors.names());
        extra.removeAll(wanted);
        if (!missing.isEmpty() || !extra.isEmpty()) {
            throw new CheckpointException(tensors.path(), Text.format("does not fit the model of %s: %s", CONFIG,
                    List.of(listed("missing", missing), listed("not in the model", extra)).stream().filter(part -> !part.isEmpty())
                            .collect(Collectors.joining("; "))));
        }
    }

    private static String listed(String what, Collection<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String shown = names.stream().limit(NAMES_SHOWN).map(CheckpointException::shown).collect(Collectors.joining(", "));
        return Text.format("%s %d tensor%s: %s%s", what, names.size(), names.size() == 1 ? "" : "s", shown, names.size() > NAMES_SHOWN ? ", …" : "");
    }

    private static void checkShape(Safetensors tensors, Cell cell) {
        String name = cell.name();
        if (!tensors.shape(name).equals(cell.shape())) {
            throw new CheckpointException(tensors.path(), Text.format("the tensor %s is %s, but the model needs %s", shown(name), tensors.shape(name),
                    cell.shape()));
        }
        if (!tensors.dtype(name).isFloating()) {
            throw new CheckpointException(tensors.path(), Text.format("the tensor %s is %s, but a parameter is a floating type", shown(name),
                    tensors.dtype(name).label()));
        }
    }
}
