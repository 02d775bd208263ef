package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.architecture.Architecture;
import io.fluxo.architecture.Layout;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
     * Writes {@code model} into {@code directory} as Hugging Face's transformers reads it: as the first architecture that has its shape.
     *
     * @param spec    what {@code model} was built from
     * @param catalog the architectures
     * @return the architecture's name
     * @throws CheckpointException if there is none of that shape; the message says why
     */
    public static String export(Path directory, ModelSpec spec, LanguageModel model, Catalog catalog, Backend backend) {
        return export(directory, Export.of(spec, catalog, directory), model, cell -> backend.download(cell.value()));
    }

    /** The same for a model that {@link #write} has written to {@code from}, its characters with it. */
    public static String export(Path from, Path directory, Catalog catalog) {
        ModelSpec spec = readSpec(from, catalog);
        Export export = Export.of(spec, catalog, directory);
        if (from.toAbsolutePath().normalize().equals(directory.toAbsolutePath().normalize())) {
            throw new CheckpointException(directory, "is where the model itself lies; export it to another folder");
        }
        try (Safetensors tensors = Safetensors.open(from)) {
            String name = export(directory, export, build(from.resolve(CONFIG), spec, catalog), cell -> tensors.read(cell.name()));
            Optional<CharacterTokenizer> tokenizer = CharacterTokenizer.read(from);
            if (tokenizer.isPresent()) {
                tokenizer.get().write(directory);
            }
            return name;
        } catch (IOException failure) {
            throw new CheckpointException(directory, "cannot be written: " + failure, failure);
        }
    }

    private static String export(Path directory, Export export, LanguageModel model, Function<Cell, HostArray> values) {
        DType dtype = values.apply(model.cells().getFirst()).dtype();
        try {
            Files.createDirectories(directory);
            Path config = directory.resolve(CONFIG);
            Files.deleteIfExists(config); // the old configuration must not stand beside the new parameters
            SafetensorsWriter.write(directory.resolve(Safetensors.SINGLE), export.tensors(model.cells(), dtype, values), Map.of("format", "pt"));
            Files.deleteIfExists(directory.resolve(CharacterTokenizer.FILE)); // that of the model before
            AtomicFile.write(config, new String(JsonFile.pretty(export.json(dtype)), StandardCharsets.UTF_8));
            return export.name();
        } catch (IOException failure) {
            throw new CheckpointException(directory, "cannot be written: " + failure, failure);
        }
    }

    /**
     * Looks whether {@link #export} can do its work.
     *
     * @throws CheckpointException if there is no architecture of that shape; the message says why
     */
    public static void requireExportable(Path directory, ModelSpec spec, Catalog catalog) {
        Export.of(spec, catalog, directory);
    }

    /**
     * What the model in {@code directory} was built from.
     *
     * @param catalog the parts its configuration may name
     */
    public static ModelSpec readSpec(Path directory, Catalog catalog) {
        return described(directory, catalog).spec();
    }

    /**
     * What a directory's config.json says.
     *
     * @param layout in which tensors the cells lie
     */
    private record Described(ModelSpec spec, Layout layout) {}

    private static Described described(Path directory, Catalog catalog) {
        Path config = Folder.requireWithin(directory, CONFIG);
        ObjectNode object = JsonFile.read(config, LARGEST_CONFIG);
        String type = object.path(SpecJson.MODEL_TYPE).asString("");
        Optional<Architecture> architecture = catalog.find(Architecture.KIND, type);
        if (architecture.isEmpty() && !type.equals(FLUXO)) {
            throw new CheckpointException(config, Text.format("model_type is %s; it must be %s", object.has(SpecJson.MODEL_TYPE) ? shown(type) : "missing",
                    Stream.concat(Stream.of(FLUXO), catalog.names(Architecture.KIND).stream()).collect(Collectors.joining(", "))));
        }
        if (architecture.isEmpty()) {
            return new Described(checked(config, SpecJson.read(config, object, catalog), catalog), Layout.OWN);
        }
        ModelSpec spec = checked(config, ForeignConfig.read(config, object, architecture.get()), catalog);
        return new Described(spec, architecture.get().layout(spec));
    }

    private static ModelSpec checked(Path config, ModelSpec spec, Catalog catalog) {
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
        Described described = described(directory, catalog);
        LanguageModel model = build(directory.resolve(CONFIG), described.spec(), catalog);
        fill(directory, described.layout(), model, backend, dtype);
        return model;
    }

    /** Puts the parameters in {@code directory} into {@code model}, which has to have all of them and no others. */
    public static void fill(Path directory, LanguageModel model, Catalog catalog, Backend backend, DType dtype) {
        fill(directory, described(directory, catalog).layout(), model, backend, dtype);
    }

    private static void fill(Path directory, Layout layout, LanguageModel model, Backend backend, DType dtype) {
        try (Safetensors tensors = Safetensors.open(directory)) {
            WeightPlan plan = WeightPlan.of(tensors, layout, model.cells()); // all of them before the first is read
            plan.checkRepeats(tensors);
            plan.read(tensors, dtype, backend);
        }
    }

    /**
     * Looks whether {@link #fill} can do its work, without reading the values.
     *
     * @throws CheckpointException if the parameters are not there, or are others than {@code model} has
     */
    public static void requireFit(Path directory, LanguageModel model, Catalog catalog) {
        try (Safetensors tensors = Safetensors.open(directory)) {
            WeightPlan.of(tensors, described(directory, catalog).layout(), model.cells());
        }
    }

    private static LanguageModel build(Path config, ModelSpec spec, Catalog catalog) {
        try {
            return ModelBuilder.build(spec, catalog);
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            throw new CheckpointException(config, impossible.getMessage(), impossible);
        }
    }
}
