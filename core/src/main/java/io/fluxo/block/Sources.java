package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What sub-layers so far have given: x_0, then the sum of every {@code size} sub-layers, the last of which may still grow.
 *
 * @param values  at least x_0, [batch pos d_model] each
 * @param stacked the same side by side, [batch pos source d_model]
 * @param open    how many sub-layers the last one holds, where others are to join it; else 0
 * @param size    how many sub-layers one source adds up; 1 keeps each by itself
 */
record Sources(List<Tensor> values, Tensor stacked, int open, int size) {

    public Sources {
        values = List.copyOf(values);
    }

    private static Sources of(Pass pass, List<Tensor> values, int open, int size) {
        Tensor[] each = values.stream().map(value -> pass.unsqueeze(value, 2)).toArray(Tensor[]::new);
        return new Sources(values, each.length == 1 ? each[0] : pass.concat(2, each), open, size);
    }

    /** Before the first sub-layer. */
    static Sources of(Pass pass, Tensor x, int size) {
        return of(pass, List.of(x), 0, size);
    }

    /** With what a further sub-layer returned. */
    Sources plus(Pass pass, Tensor u) {
        List<Tensor> more = new ArrayList<>(values);
        if (open == 0) {
            more.add(u);
        } else {
            more.set(more.size() - 1, pass.add(u, more.getLast()));
        }
        return of(pass, more, (open + 1) % size, size);
    }

    /** With {@code change} added to the last. */
    Sources moved(Pass pass, Tensor change) {
        List<Tensor> other = new ArrayList<>(values);
        other.set(other.size() - 1, pass.add(other.getLast(), change));
        return of(pass, other, open, size);
    }

    /** With {@code put} in the place of all. */
    Sources replaced(Pass pass, Tensor put) {
        return put == stacked ? this : new Sources(IntStream.range(0, values.size()).mapToObj(i -> pass.squeeze(pass.slice(put, 2, Dim.of(i), Dim.ONE), 2)).toList(), put, open, size);
    }

    /** Their sum, which is a pre-norm stream: [batch pos d_model]. */
    Tensor sum(Pass pass) {
        return values.stream().reduce(pass::add).orElseThrow();
    }
}
