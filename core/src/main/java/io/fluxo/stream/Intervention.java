package io.fluxo.stream;

import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Replaces the value at one hook point.
 *
 * @param name   the hook point's name, or the chapter's alias: {@code blocks.0.t1}
 * @param change from the computed value to the one that the model continues with, of the same shape
 */
public record Intervention(String name, UnaryOperator<Tensor> change) implements Hooks {

    /** Replaces the value with {@code value}. */
    public static Intervention replace(String name, Tensor value) {
        return new Intervention(name, ignored -> value);
    }

    @Override
    public boolean wants(HookPoint point) {
        return point.is(name);
    }

    @Override
    public Set<String> names() {
        return Set.of(name);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        Tensor changed = change.apply(value);
        if (!changed.shape().equals(value.shape())) {
            throw new ShapeMismatchException(Text.format("intervention at %s: %s cannot stand in for %s", name, changed.shape(), value.shape()));
        }
        return changed;
    }
}
