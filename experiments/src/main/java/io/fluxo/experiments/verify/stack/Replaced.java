package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPattern;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Numbers from the host in the place of a value at hook points: the value's shape is known only when it is there.
 *
 * @param name    of the point, or a pattern
 * @param numbers row-major
 */
record Replaced(String name, Blocks blocks, double[] numbers) implements Hooks {

    static Hooks by(String name, Blocks blocks, double... numbers) {
        return new Replaced(name, blocks, numbers);
    }

    @Override
    public boolean wants(HookPoint point) {
        return new HookPattern(name).matches(point);
    }

    @Override
    public Set<String> names() {
        return Set.of(name);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        Dim[] dims = IntStream.range(0, value.rank()).mapToObj(value::dim).toArray(Dim[]::new);
        if (value.shape().elements() != numbers.length) {
            throw new IllegalArgumentException(Text.format("%d numbers cannot stand in for %s at %s", numbers.length, value.shape(), point.name()));
        }
        return blocks.backend().upload(HostArray.of(Shape.of(dims), DType.F64, numbers));
    }
}
