package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.layer.Cell;
import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.TensorScope;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A model's cells by name, brought to the host where they are asked for. */
record Weights(Inspected subject, Map<String, Cell> cells) {

    static Weights of(Inspected subject) {
        return new Weights(subject, subject.model().cells().stream().collect(Collectors.toMap(Cell::name, cell -> cell)));
    }

    Optional<double[]> find(String name) {
        return Optional.ofNullable(cells.get(name)).map(cell -> subject.backend().download(cell.value()).toDoubles());
    }

    double[] get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("the model has no cell " + name));
    }

    /** One row or column of a matrix; the rest stays where it is. */
    double[] slice(String name, int axis, int at) {
        try (TensorScope _ = subject.backend().openScope()) {
            return subject.backend().download(new Ops(subject.backend()).slice(cells.get(name).value(), axis, Dim.of(at), Dim.ONE)).toDoubles();
        }
    }
}
