package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What an intervention makes of a value: something that broadcasts to the value's shape. */
public sealed interface Edit {

    /** @param value what was computed at {@code point} */
    Tensor of(Ops ops, HookPoint point, Tensor value);

    /** Another value, of the same shape. */
    record Replace(Tensor with) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return sameShape(point, value, with);
        }

        @Override
        public String toString() {
            return "replace";
        }
    }

    /** What another run had at the same point. */
    record Resample(Cache from) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return sameShape(point, value, from.get(point.name()));
        }

        @Override
        public String toString() {
            return "resample";
        }
    }

    /** 0. */
    record Zero() implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return ops.zerosLike(value);
        }

        @Override
        public String toString() {
            return "zero";
        }
    }

    /** The value's mean over axes: each element becomes the mean of those that differ from it in batch or position alone. */
    record Mean(boolean overBatch, boolean overPositions) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            if (overPositions && Axes.betweenTokens(point)) {
                throw new IllegalArgumentException(Text.format("%s %s has no mean over positions: its axes are queries and keys; a mean over the batch alone is there", point.name(),
                        value.shape()));
            }
            List<Integer> axes = new ArrayList<>();
            if (overBatch && value.rank() > 2) {
                axes.add(0);
            }
            if (overPositions) {
                axes.add(Axes.positions(point, value.rank()));
            }
            Dim count = axes.stream().map(value::dim).reduce(Dim.ONE, Dim::times);
            return axes.isEmpty() ? value : ops.scale(ops.sum(value, axes.stream().mapToInt(Integer::intValue).toArray()), Scalar.reciprocal(count));
        }

        @Override
        public String toString() {
            return overBatch && overPositions ? "mean" : overBatch ? "mean over the batch" : "mean over positions";
        }
    }

    /** A mean that was taken elsewhere; it broadcasts to the value. */
    record GivenMean(Tensor mean) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return mean;
        }

        @Override
        public String toString() {
            return "given mean";
        }
    }

    /** factor · value. */
    record Scale(double factor) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return ops.scale(value, factor);
        }

        @Override
        public String toString() {
            return "scale by " + factor;
        }
    }

    /** value + coefficient · direction; the direction broadcasts to the value. */
    record Steer(Tensor direction, double coefficient) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return ops.add(value, coefficient == 1 ? direction : ops.scale(direction, coefficient));
        }

        @Override
        public String toString() {
            return coefficient == 1 ? "add a vector" : "steer by " + coefficient;
        }
    }

    /** value + Gaussian noise. The draws depend on the seed and the point's name alone. */
    record Noise(double standardDeviation, long seed) implements Edit {

        /** Draws are keyed by whole numbers that a double holds. */
        private static final int KEPT_BITS = 53;

        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            RandomKey key = RandomKey.of(seed).split(point.name());
            // Box and Muller: √(−2 ln(1 − u)) cos 2πv
            Tensor u = uniform(ops, value, key.split(0));
            Tensor v = uniform(ops, value, key.split(1));
            Tensor radius = ops.sqrt(ops.scale(ops.log(ops.shift(ops.neg(u), 1)), -2));
            return ops.add(value, ops.scale(ops.mul(radius, ops.cos(ops.scale(v, 2 * Math.PI))), standardDeviation));
        }

        private static Tensor uniform(Ops ops, Tensor like, RandomKey key) {
            Tensor state = ops.constant(Scalar.of(key.state() >>> Long.SIZE - KEPT_BITS), Shape.of(1), DType.I64);
            return ops.randomUniform(like.shape(), like.dtype(), ops.concat(0, state, ops.constant(Scalar.ZERO, Shape.of(1), DType.I64)));
        }

        @Override
        public String toString() {
            return Text.format("noise of %s, seed %d", Double.toString(standardDeviation), seed);
        }
    }

    /** Whatever {@code function} makes of the value, of the same shape. */
    record Change(UnaryOperator<Tensor> function) implements Edit {
        @Override
        public Tensor of(Ops ops, HookPoint point, Tensor value) {
            return sameShape(point, value, function.apply(value));
        }

        @Override
        public String toString() {
            return "change";
        }
    }

    private static Tensor sameShape(HookPoint point, Tensor value, Tensor other) {
        if (!other.shape().equals(value.shape())) {
            throw new ShapeMismatchException(Text.format("intervention at %s: %s cannot stand in for %s", point.name(), other.shape(), value.shape()));
        }
        return other;
    }
}
