package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What sub-layers so far have given, [batch pos d_model] each: x_0, then the sum of every {@code size} sub-layers, the last of which may still grow.
 *
 * @param values at least x_0
 * @param open   how many sub-layers the last one holds, where others are to join it; else 0
 * @param size   how many sub-layers one source adds up; 1 keeps each by itself
 */
record Sources(List<Tensor> values, int open, int size) {

    public Sources {
        values = List.copyOf(values);
    }

    /** Before the first sub-layer. */
    static Sources of(Tensor x, int size) {
        return new Sources(List.of(x), 0, size);
    }

    /** With what a further sub-layer returned. */
    Sources plus(Pass pass, Tensor u) {
        List<Tensor> more = new ArrayList<>(values);
        if (open == 0) {
            more.add(u);
        } else {
            more.set(more.size() - 1, pass.add(u, more.getLast()));
        }
        return new Sources(more, (open + 1) % size, size);
    }

    /** With {@code change} added to the last. */
    Sources moved(Pass pass, Tensor change) {
        List<Tensor> other = new ArrayList<>(values);
        other.set(other.size() - 1, pass.add(other.getLast(), change));
        return new Sources(other, open, size);
    }

    /** All side by side: [batch pos source d_model]. */
    Tensor stacked(Pass pass) {
        Tensor[] each = values.stream().map(value -> pass.unsqueeze(value, 2)).toArray(Tensor[]::new);
        return each.length == 1 ? each[0] : pass.concat(2, each);
    }

    /** Their sum, which is a pre-norm stream: [batch pos d_model]. */
    Tensor sum(Pass pass) {
        return values.stream().reduce(pass::add).orElseThrow();
    }
}
