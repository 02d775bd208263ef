package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.bound.Rounding;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.op.PrimitiveOp.Sum;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The same computation as another implementation might do it: sums and products are added up one term after the other, in an order that is drawn, each
 * partial sum rounded to the type. Fused operations run as their compositions.
 */
final class NoisyBackend extends DelegatingBackend {

    private final Ops ops;
    private final Random random;

    /** @param inner rounds after every operation */
    NoisyBackend(Backend inner, long seed) {
        super("noisy", inner);
        ops = new Ops(inner);
        random = new Random(seed);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return false;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return switch (op) {
            case Sum sum when inputs[0].dtype().isFloating() -> summed(sum, inputs[0]);
            case MatMul product -> multiplied(product, inputs[0], inputs[1]);
            default -> inner.execute(op, inputs);
        };
    }

    /** All axes but the last one that is summed by the inner backend, that one term by term. */
    private Tensor summed(Sum op, Tensor x) {
        List<Integer> axes = op.axes().stream().map(axis -> axis < 0 ? axis + x.rank() : axis).sorted().toList();
        Tensor current = x;
        for (int i = axes.size() - 1; i >= 0; i--) {
            int axis = axes.get(i);
            current = added(current, axis);
        }
        return op.keep() ? current : axes.isEmpty() ? current : inner.execute(new Sum(axes, false), current);      // over axes of size 1
    }

    private Tensor added(Tensor x, int axis) {
        int terms = x.dim(axis).size();
        if (terms < 2) {
            return inner.execute(new Sum(List.of(axis), true), x);
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, terms).boxed().toList());
        Collections.shuffle(order, random);
        Tensor sum = term(x, axis, order.getFirst());
        for (int i = 1; i < terms; i++) {
            sum = ops.add(sum, term(x, axis, order.get(i)));
        }
        return sum;
    }

    private Tensor term(Tensor x, int axis, int i) {
        return ops.slice(x, axis, Dim.of(i), Dim.ONE);
    }

    private Tensor multiplied(MatMul op, Tensor a, Tensor b) {
        int left = op.transposeLeft() ? a.rank() - 2 : a.rank() - 1;
        int right = op.transposeRight() ? b.rank() - 1 : b.rank() - 2;
        List<Integer> order = new ArrayList<>(IntStream.range(0, a.dim(left).size()).boxed().toList());
        Collections.shuffle(order, random);
        Tensor sum = null;
        for (int k : order) {
            Tensor product = inner.execute(op, term(a, left, k), term(b, right, k));
            sum = sum == null ? product : ops.add(sum, product);
        }
        return sum == null ? inner.execute(op, a, b) : sum;
    }

    /** {@code values} as {@code dtype}, each moved by up to half a unit in its last place. */
    HostArray moved(HostArray values, DType dtype) {
        if (!values.dtype().isFloating()) {
            return values;
        }
        double unit = Rounding.of(dtype).unit();
        double[] moved = values.toDoubles().clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] *= 1 + (2 * random.nextDouble() - 1) * unit;
        }
        return HostArray.of(values.shape(), DType.F64, moved);
    }
}
