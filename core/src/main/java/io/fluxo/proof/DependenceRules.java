package io.fluxo.proof;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.proof.Element.Known;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The operations that combine or rearrange elements: what each result may depend on. */
final class DependenceRules {

    private DependenceRules() {}

    static DependenceTensor reduce(Reduction op, DependenceTensor x, Shape shape) {
        boolean[] folded = new boolean[x.rank()];
        op.axes().forEach(axis -> folded[x.shape().axis(axis)] = true);
        int[] strides = new int[x.rank()];
        int step = 1;
        for (int axis = x.rank() - 1; axis >= 0; axis--) {
            strides[axis] = folded[axis] ? 0 : step;
            step *= folded[axis] ? 1 : x.shape().size(axis);
        }
        int[] into = Walk.through(x.shape().sizes(), strides, 0);
        Element[] out = new Element[shape.elements()];
        Arrays.fill(out, switch (op) {
            case Sum _ -> Element.ZERO;
            case Max _ -> smallest(x.dtype());
        });
        Exact.Terms[] terms = Stream.generate(Exact.Terms::new).limit(out.length).toArray(Exact.Terms[]::new);
        for (int i = 0; i < into.length; i++) {
            Element next = x.at(i);
            terms[into[i]].add(next);
            out[into[i]] = Exact.within(x.dtype(), switch (op) {
                case Sum _ -> ElementRules.sum(out[into[i]], next);
                case Max _ -> ElementRules.larger(out[into[i]], next);
            });
        }
        for (int i = 0; op instanceof Sum && i < out.length; i++) {
            out[i] = terms[i].of(out[i]);
        }
        return DependenceTensor.of(shape, x.dtype(), out);
    }

    private static Element smallest(DType dtype) {
        return switch (dtype) {
            case F32, F64, BF16 -> new Known(Double.NEGATIVE_INFINITY);
            case I32 -> new Known(Integer.MIN_VALUE);
            case I64 -> Element.WEIGHT;
            case BOOL -> Element.ZERO;
        };
    }

    /** Σ over k of left·right: terms with a known 0 bring nothing. */
    static DependenceTensor product(MatMul op, DependenceTensor left, DependenceTensor right, Shape shape) {
        int inner = left.shape().size(op.transposeLeft() ? -2 : -1);
        int columns = shape.size(-1);
        int rows = shape.rank() < 2 ? 1 : shape.size(-2);
        Element[] out = new Element[shape.elements()];
        for (int i = 0; i < out.length; i++) {
            int column = i % columns;
            int row = i / columns % rows;
            if (column > 0 && right.isUniform()) {
                out[i] = out[i - 1];                                                    // a uniform W gives the same sum in every column
                continue;
            }
            int matrix = i / columns / rows;
            int leftStart = matrix * rows * inner + (op.transposeLeft() ? row : row * inner);
            int rightStart = (right.rank() > 2 ? matrix * columns * inner : 0) + (op.transposeRight() ? column * inner : column);
            Element sum = Element.ZERO;
            Exact.Terms terms = new Exact.Terms();
            for (int k = 0; k < inner; k++) {
                Element a = left.at(leftStart + (op.transposeLeft() ? k * rows : k));
                Element b = right.at(rightStart + (op.transposeRight() ? k : k * columns));
                Element term = Exact.within(left.dtype(), ElementRules.product(a, b));
                terms.add(term);
                sum = Exact.within(left.dtype(), ElementRules.sum(sum, term));
            }
            out[i] = terms.of(sum);
        }
        return DependenceTensor.of(shape, left.dtype(), out);
    }

    static DependenceTensor move(Movement op, DependenceTensor[] in, Shape shape) {
        DependenceTensor x = in[0];
        int[] strides = x.shape().strides();
        return switch (op) {
            case SplitAxis _, MergeAxes _ -> x.as(shape, x.dtype());
            case Permute(List<Integer> order) ->
                    x.pick(shape, Walk.through(shape.sizes(), order.stream().mapToInt(axis -> strides[x.shape().axis(axis)]).toArray(), 0));
            case Expand _ -> x.broadcastTo(shape);
            case Slice(int axis, Dim start, Dim _) ->
                    x.pick(shape, Walk.through(shape.sizes(), strides, start.size() * strides[x.shape().axis(axis)]));
            case Pad(int axis, Dim before, Dim _, Scalar value) -> {
                Element[] padded = new Element[shape.elements()];
                Arrays.fill(padded, ElementRules.cast(x.dtype(), new Known(value.value())));
                place(x, padded, shape, axis, before.size());
                yield DependenceTensor.of(shape, x.dtype(), padded);
            }
            case Concat(int axis) -> {
                Element[] joined = new Element[shape.elements()];
                int start = 0;
                for (DependenceTensor part : in) {
                    place(part, joined, shape, axis, start);
                    start += part.shape().size(axis);
                }
                yield DependenceTensor.of(shape, x.dtype(), joined);
            }
        };
    }

    private static void place(DependenceTensor part, Element[] target, Shape shape, int axis, int start) {
        int[] strides = shape.strides();
        part.place(target, Walk.through(part.shape().sizes(), strides, start * strides[shape.axis(axis)]));
    }

    static DependenceTensor make(Source op, DependenceTensor[] in) {
        return switch (op) {
            case Constant(Scalar value, Shape shape, DType dtype) ->
                    DependenceTensor.uniform(shape, dtype, dtype.isFloating() ? Exact.within(dtype, new Known(value.value()))
                            : ElementRules.cast(dtype, new Known(value.value())));
            case Iota(int axis, Shape shape, DType dtype) -> {
                int[] strides = new int[shape.rank()];
                strides[shape.axis(axis)] = 1;
                Element[] counts = Arrays.stream(Walk.through(shape.sizes(), strides, 0)).mapToObj(Known::new).toArray(Element[]::new);
                yield DependenceTensor.of(shape, dtype, counts);
            }
            case RandomUniform(Shape shape, DType dtype) ->
                    DependenceTensor.uniform(shape, dtype, Element.of(in[0].at(0).sources().union(in[0].at(1).sources())));
        };
    }
}
