package io.fluxo.checkpoint;

import io.fluxo.architecture.Architecture;
import io.fluxo.architecture.ConfigException;
import io.fluxo.architecture.Layout;
import io.fluxo.architecture.Source;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.SpecDifference;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model in the layout of another program's architecture. What fits is found by reading back what would be written: if that is the same model, it is written.
 *
 * @param name         the architecture's {@code model_type}
 * @param architecture the one whose models {@code spec} is among
 * @param config       what its config.json will say
 */
record Export(String name, Architecture architecture, ModelSpec spec, Map<String, Object> config) {

    private static final int REASONS_SHOWN = 4;

    /** How each architecture that can be written stands to {@code spec}. */
    private record Attempt(Optional<Export> export, String name, List<String> reasons) {}

    /** @throws CheckpointException if {@code spec} has the shape of none; the message says why */
    static Export of(ModelSpec spec, Catalog catalog, Path directory) {
        List<Attempt> attempts = new ArrayList<>();
        catalog.all(Architecture.KIND).forEach((name, architecture) -> architecture.config(spec)
                .ifPresent(config -> attempts.add(attempt(name, architecture, spec, config, catalog))));
        return attempts.stream().flatMap(attempt -> attempt.export().stream()).findFirst().orElseThrow(() -> new CheckpointException(directory,
                Text.format("the model has the shape of no architecture that can be written: %s", attempts.stream()
                        .map(attempt -> Text.format("%s: %s", attempt.name(), told(attempt.reasons()))).collect(Collectors.joining("; ")))));
    }

    private static Attempt attempt(String name, Architecture architecture, ModelSpec spec, Map<String, Object> config, Catalog catalog) {
        try {
            ModelSpec back = ForeignConfig.read(config, architecture);
            List<String> reasons = SpecDifference.between(back, spec, catalog, SpecDifference.NOT_COMPUTED).stream().map(difference -> Text.format("%s is %s, not %s",
                    difference.key(), Values.label(difference.here()), Values.label(difference.there()))).toList();
            return new Attempt(reasons.isEmpty() ? Optional.of(new Export(name, architecture, spec, config)) : Optional.empty(), name, reasons);
        } catch (ConfigException | IllegalArgumentException | ArithmeticException refused) {
            return new Attempt(Optional.empty(), name, List.of(refused.getMessage()));
        }
    }

    private static String told(List<String> reasons) {
        return String.join(", ", reasons.stream().limit(REASONS_SHOWN).toList()) + (reasons.size() > REASONS_SHOWN ? ", …" : "");
    }

    /** config.json. */
    ObjectNode json(DType dtype) {
        ObjectNode object = JsonNodeFactory.instance.objectNode().put(SpecJson.MODEL_TYPE, name);
        config.forEach((key, value) -> object.set(key, SpecJson.node(value)));
        return object.put("dtype", switch (dtype) {
            case F64 -> "float64";
            case BF16 -> "bfloat16";
            case F32 -> "float32";
            case I32, I64, BOOL -> throw new IllegalArgumentException("a parameter is a floating type, not " + dtype.label());
        });
    }

    /** The tensors to write; values are asked for one tensor at a time. */
    List<SafetensorsWriter.Item> tensors(List<Cell> cells, DType dtype, Function<Cell, HostArray> values) {
        Layout layout = architecture.layout(spec);
        Map<String, List<Cell>> byTensor = new TreeMap<>();
        cells.forEach(cell -> byTensor.computeIfAbsent(source(layout, cell).tensor(), _ -> new ArrayList<>()).add(cell));
        return byTensor.entrySet().stream().map(tensor -> {
            List<Cell> within = tensor.getValue();
            within.sort((a, b) -> Integer.compare(source(layout, a).part(), source(layout, b).part()));
            Shape shape = source(layout, within.getFirst()).stored(within.getFirst().shape());
            return new SafetensorsWriter.Item(tensor.getKey(), dtype, shape,
                    () -> joined(within.stream().map(values).toList(), source(layout, within.getFirst()), shape, dtype));
        }).toList();
    }

    private Source source(Layout layout, Cell cell) {
        return layout.source(cell.name()).orElseThrow(() -> new IllegalStateException(Text.format("%s has no tensor for %s", name, cell.name())));
    }

    /** The cells of one tensor as it is stored; the inverse of {@link CellReader}. */
    private static HostArray joined(List<HostArray> cells, Source source, Shape shape, DType dtype) {
        if (source.isWhole()) {
            return new HostArray(shape, dtype, cells.getFirst().array());
        }
        double[] stored = new double[shape.elements()];
        int width = cells.getFirst().shape().size(cells.getFirst().shape().rank() - 1);
        int columns = shape.size(shape.rank() - 1);
        for (int part = 0; part < cells.size(); part++) {
            double[] values = cells.get(part).toDoubles();
            for (int i = 0; i < values.length; i++) {
                int row = i / width;
                int column = part * width + i % width;
                stored[source.turned() ? column * columns + row : row * columns + column] = values[i] - source.shift();
            }
        }
        return HostArray.of(shape, dtype, stored);
    }
}
