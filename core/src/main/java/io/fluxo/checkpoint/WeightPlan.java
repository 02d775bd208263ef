package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.architecture.Layout;
import io.fluxo.architecture.Source;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where the values of a model's cells lie in a file: for each cell a tensor that is there and has the shape it needs, and no tensor that is neither read nor
 * known not to be needed.
 *
 * @param sources cell → its tensor, under the name that the file gives it
 * @param repeats tensors that have to repeat another one: each beside the other
 */
record WeightPlan(Map<Cell, Source> sources, Map<String, String> repeats) {

    private static final int NAMES_SHOWN = 5;

    /** @throws CheckpointException if the tensors are not there, or are others than {@code cells} need */
    static WeightPlan of(Safetensors tensors, Layout layout, List<Cell> cells) {
        Map<Cell, Source> sources = new LinkedHashMap<>();
        Set<String> missing = new TreeSet<>();
        for (Cell cell : cells) {
            Source wanted = layout.source(cell.name()).orElseThrow(() -> new CheckpointException(tensors.path(),
                    Text.format("the architecture has no tensor for the model's %s", shown(cell.name()))));
            Optional<String> there = named(tensors, layout, wanted.tensor());
            there.ifPresentOrElse(name -> sources.put(cell, renamed(wanted, name)), () -> missing.add(wanted.tensor()));
        }
        Set<String> read = sources.values().stream().map(Source::tensor).collect(Collectors.toCollection(HashSet::new));
        Map<String, String> repeats = new TreeMap<>();
        layout.repeats().forEach((repeat, original) -> named(tensors, layout, repeat).filter(name -> !read.contains(name))
                .ifPresent(name -> named(tensors, layout, original).ifPresent(of -> repeats.put(name, of))));
        Set<String> extra = new TreeSet<>(tensors.names());
        extra.removeIf(name -> read.contains(name) || repeats.containsKey(name) || layout.isUnneeded(name));
        if (!missing.isEmpty() || !extra.isEmpty()) {
            throw new CheckpointException(tensors.path(), Text.format("does not fit the model of %s: %s", ModelDirectory.CONFIG,
                    List.of(listed("missing", missing), listed("not in the model", extra)).stream().filter(part -> !part.isEmpty())
                            .collect(Collectors.joining("; "))));
        }
        sources.forEach((cell, source) -> checkShape(tensors, cell, source));
        return new WeightPlan(sources, repeats);
    }

    /** The name under which the file holds {@code tensor}; empty where it does not. */
    private static Optional<String> named(Safetensors tensors, Layout layout, String tensor) {
        List<String> there = layout.names(tensor).stream().filter(tensors.names()::contains).toList();
        if (there.size() > 1) {
            throw new CheckpointException(tensors.path(), Text.format("the tensors %s are two names of the same", there.stream().map(CheckpointException::shown)
                    .collect(Collectors.joining(" and "))));
        }
        return there.stream().findFirst();
    }

    private static Source renamed(Source source, String name) {
        return new Source(name, source.turned(), source.part(), source.parts(), source.shift());
    }

    private static void checkShape(Safetensors tensors, Cell cell, Source source) {
        String name = source.tensor();
        Shape wanted = source.stored(cell.shape());
        if (!tensors.shape(name).equals(wanted)) {
            throw new CheckpointException(tensors.path(), Text.format("the tensor %s is %s, but the model needs %s", shown(name), tensors.shape(name), wanted));
        }
        if (!tensors.dtype(name).isFloating()) {
            throw new CheckpointException(tensors.path(), Text.format("the tensor %s is %s, but a parameter is a floating type", shown(name),
                    tensors.dtype(name).label()));
        }
    }

    private static String listed(String what, Collection<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String some = names.stream().limit(NAMES_SHOWN).map(CheckpointException::shown).collect(Collectors.joining(", "));
        return Text.format("%s %d tensor%s: %s%s", what, names.size(), names.size() == 1 ? "" : "s", some, names.size() > NAMES_SHOWN ? ", …" : "");
    }

    /** Demands that what has to repeat another tensor does. Reads both. */
    void checkRepeats(Safetensors tensors) {
        repeats.forEach((repeat, original) -> {
            HostArray one = tensors.read(repeat);
            HostArray other = tensors.read(original);
            if (!one.shape().equals(other.shape()) || !Objects.deepEquals(one.array(), other.array())) {
                throw new CheckpointException(tensors.path(), Text.format("the tensor %s has to be the same as %s, as %s says, and is another", shown(repeat),
                        shown(original), ModelDirectory.CONFIG));
            }
        });
    }

    /**
     * Reads every cell's values and puts them on {@code backend}. The largest come first, so that what is read last needs little memory beside all that was read
     * before; and where the backend has no arrays of its own to read into, cells of one size are read into one.
     */
    void read(Safetensors tensors, DType dtype, Backend backend) {
        List<Cell> cells = new ArrayList<>(sources.keySet());
        cells.sort(Comparator.comparingInt((Cell cell) -> cell.shape().elements()).reversed());
        Room room = new Room(dtype);
        for (Cell cell : cells) {
            cell.set(backend.upload(cell.shape(), dtype, () -> room.of(cell.shape().elements()),
                    array -> new CellReader(sources.get(cell), cell.shape(), dtype, array).read(tensors)));
        }
    }

    /** One array on the host, used again for the next cell of its size. */
    private static final class Room {
        private final DType dtype;
        private Object array;

        private Room(DType dtype) {
            this.dtype = dtype;
        }

        private Object of(int elements) {
            if (array == null || Array.getLength(array) != elements) {
                array = null; // free before the next is made
                array = dtype == DType.F64 ? new double[elements] : new float[elements];
            }
            return array;
        }
    }
}
