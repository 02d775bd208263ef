package io.fluxo.experiments.compare.ops;

import static io.fluxo.experiments.compare.ops.ValueRange.*;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Every operation of the language, forward and its gradient, on ragged shapes and on each range of values. */
public final class OperationCases {

    private static final List<Integer> WIDTHS = List.of(7, 64, 207);

    private final List<OperationCase> cases = new ArrayList<>();

    private OperationCases() {}

    public static List<OperationCase> all() {
        OperationCases all = new OperationCases();
        all.elementwise();
        all.reductions();
        all.products();
        all.movement();
        all.sources();
        all.kernels();
        all.updates();
        return List.copyOf(all.cases);
    }

    private void elementwise() {
        for (ValueRange range : ValueRange.values()) {
            for (int[] shape : new int[][] {{7}, {3, 67}, {1031}}) {
                HostArray x = range.draw("x", shape);
                for (Unary op : List.of(new Neg(), new Exp(), new Tanh(), new Erf())) {
                    smooth(op, range, x);
                }
                for (Unary op : List.of(new Log(), new Sqrt())) {
                    smooth(op, range, range.positive("x", shape));
                }
                if (range != HUGE && range != SMALL_VARIANCE && range != CANCELLATION) {        // their arguments are reduced: not of interest here
                    smooth(new Sin(), range, x);
                    smooth(new Cos(), range, x);
                }
                HostArray y = range.draw("y", shape);
                for (Binary op : List.of(new Add(), new Sub(), new Mul(), new Div())) {
                    smooth(op, range, x, y);
                }
                plain(new Maximum(), range, x, y);
                plain(new Less(), range, x, y);
                plain(new Equal(), range, x, y);
                Equal equal = new Equal();
                cases.add(OperationCase.forward(equal, range.label() + " with itself", (ops, in) -> ops.engine().execute(equal, in), x, x));
                HostArray truths = truths("truths", shape);
                plain(new And(), range, truths, truths("more", shape));
                plain(new Or(), range, truths, truths("more", shape));
                plain(new Not(), range, truths);
                smooth(new Where(), range, truths, x, y);
                for (DType to : List.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.BOOL)) {
                    plain(new Cast(to), range, x);
                }
                smooth(new StopGradient(), range, x);
            }
            smooth(new Add(), range, range.draw("x", 3, 1, 5), range.draw("y", 4, 1));
            smooth(new Mul(), range, range.draw("x", 2, 3, 7), range.draw("y", 7));
            smooth(new Div(), range, range.draw("x", 3, 1, 5), range.draw("y", 4, 1));
        }
    }

    private void reductions() {
        for (ValueRange range : ValueRange.values()) {
            for (int width : WIDTHS) {
                HostArray x = range.draw("x", 5, width);
                smooth(new Sum(List.of(1), false), range, x);
                smooth(new Sum(List.of(0), true), range, x);
                plain(new Max(List.of(1), false), range, x);
                plain(new ArgMax(1), range, x);
            }
            smooth(new Sum(List.of(0, 1), false), range, range.draw("x", 31, 13));
            smooth(new Sum(List.of(0, 2), true), range, range.draw("x", 3, 5, 11));
            plain(new Max(List.of(0, 1), true), range, range.draw("x", 31, 13));
            plain(new ArgMax(0), range, range.draw("x", 31, 13));
        }
    }

    private void products() {
        for (ValueRange range : ValueRange.values()) {
            for (int[] s : new int[][] {{1, 1, 1}, {7, 13, 5}, {33, 64, 17}, {3, 207, 9}, {16, 16, 16}}) {
                smooth(new MatMul(false, false), range, range.draw("a", s[0], s[1]), range.draw("b", s[1], s[2]));
                smooth(new MatMul(true, false), range, range.draw("a", s[1], s[0]), range.draw("b", s[1], s[2]));
                smooth(new MatMul(false, true), range, range.draw("a", s[0], s[1]), range.draw("b", s[2], s[1]));
            }
            smooth(new MatMul(false, false), range, range.draw("a", 2, 3, 5, 7), range.draw("b", 2, 3, 7, 4));
            smooth(new MatMul(false, false), range, range.draw("a", 2, 5, 7), range.draw("b", 7, 11));
            smooth(new ScatterAdd(Dim.of(5)), range, HostArray.of(Shape.of(9), 0, 4, 4, 1, 0, 4, 2, 2, 4), range.draw("x", 9, 3));
            smooth(new Gather(), range, range.draw("table", 5, 3), HostArray.of(Shape.of(2, 3), 0, 4, 4, 1, 0, 2));
        }
    }

    private void movement() {
        for (ValueRange range : List.of(ORDINARY, SPECIAL)) {
            smooth(new SplitAxis(1, Dim.of(3), Dim.of(5)), range, range.draw("x", 2, 15));
            smooth(new MergeAxes(0), range, range.draw("x", 3, 5, 2));
            smooth(new Permute(List.of(2, 0, 1)), range, range.draw("x", 3, 5, 7));
            smooth(new Expand(Shape.of(4, 3, 7)), range, range.draw("x", 3, 1));
            smooth(new Slice(1, Dim.of(2), Dim.of(9)), range, range.draw("x", 3, 13));
            smooth(new Pad(1, Dim.of(2), Dim.of(1), Scalar.of(0.1)), range, range.draw("x", 3, 13));
            smooth(new Concat(1), range, range.draw("x", 3, 5), range.draw("y", 3, 2), range.draw("z", 3, 1));
        }
    }

    private void sources() {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
            source(new Iota(1, Shape.of(3, 67), dtype), dtype);
            source(new Constant(Scalar.of(dtype == DType.I32 ? 3 : 0.1), Shape.of(5, 3), dtype), dtype);
        }
        HostArray key = HostArray.of(Shape.of(2), RandomKey.of(7).split("draws").state(), 5L);
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            RandomUniform op = new RandomUniform(Shape.of(3, 67), dtype);
            cases.add(OperationCase.forward(op, dtype.label(), (ops, in) -> ops.engine().execute(op, in), key));
        }
    }

    private void source(PrimitiveOp op, DType dtype) {
        cases.add(OperationCase.forward(op, dtype.label(), (ops, _) -> ops.engine().execute(op)));
    }

    private void kernels() {
        for (ValueRange range : ValueRange.values()) {
            for (int width : WIDTHS) {
                HostArray x = range.draw("x", 5, width);
                HostArray gain = ORDINARY.draw("gain", width);
                HostArray bias = ORDINARY.draw("bias", width);
                kernel(new FusedOp.Relu(), range, x);
                kernel(new FusedOp.Gelu(false), range, x);
                kernel(new FusedOp.Gelu(true), range, x);
                kernel(new FusedOp.Softmax(), range, x);
                kernel(new FusedOp.LogSoftmax(), range, x);
                kernel(new FusedOp.LayerNorm(1e-5, false), range, x);
                kernel(new FusedOp.LayerNorm(1e-5, true), range, x, gain, bias);
                kernel(new FusedOp.RmsNorm(1e-5, false), range, x);
                kernel(new FusedOp.RmsNorm(1e-5, true), range, x, gain);
                kernel(new FusedOp.CrossEntropy(), range, x, HostArray.of(Shape.of(5), 0, width - 1, 3, 3, 1));
                kernel(new FusedOp.Linear(true), range, x, ORDINARY.draw("w", width, 9), ORDINARY.draw("b", 9));
                kernel(new FusedOp.Linear(false), range, x, ORDINARY.draw("w", width, 9));
                kernel(new FusedOp.Dropout(0.3), range, x, HostArray.of(Shape.of(2), RandomKey.of(7).split("dropout").state(), 0L));
            }
            kernel(new FusedOp.Linear(true), range, range.draw("x", 5, 9), ORDINARY.draw("w", 9, 9), ORDINARY.draw("b", 9));       // whose gradient may come out transposed
            for (FusedOp.Pairs pairs : FusedOp.Pairs.values()) {
                for (int[] s : new int[][] {{2, 5, 3, 14}, {1, 3, 2, 64}, {1, 2, 1, 206}}) {
                    Shape angles = Shape.of(s[1], s[3] / 2);
                    kernel(new FusedOp.Rotate(pairs), range, range.draw("x", s), table(angles, Math::cos), table(angles, Math::sin));
                }
            }
            for (FusedOp.Mask mask : FusedOp.Mask.values()) {
                for (int[] s : new int[][] {{2, 5, 5, 3, 4}, {1, 13, 13, 2, 7}, {1, 3, 33, 1, 16}}) {
                    HostArray q = range.draw("q", s[0], s[1], s[3], s[4]);
                    HostArray k = range.draw("k", s[0], s[2], s[3], s[4]);
                    HostArray v = range.draw("v", s[0], s[2], s[3], s[4]);
                    Scalar scale = Scalar.reciprocalSqrt(Dim.of(s[4]));
                    kernel(new FusedOp.Attention(mask, scale, false), range, q, k, v);
                    kernel(new FusedOp.Attention(mask, scale, true), range, q, k, v, ORDINARY.draw("bias", s[0], s[3], s[1], s[2]));
                }
            }
        }
    }

    private void updates() {
        HostArray w = ORDINARY.draw("w", 5, 13);
        HostArray g = ORDINARY.draw("g", 5, 13);
        HostArray m = ORDINARY.draw("m", 5, 13);
        HostArray v = ORDINARY.positive("v", 5, 13);
        HostArray rates = HostArray.of(Shape.of(3), 0.0078125, 0.125, 0.03125);
        update(new UpdateOp.Accumulate(), w, g);
        update(new UpdateOp.Assign(), w, g);
        update(new UpdateOp.SgdStep(0), w, g, rates);
        update(new UpdateOp.SgdStep(0.01), w, g, rates);
        update(new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0, false), w, m, v, g, rates);
        update(new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0.01, false), w, m, v, g, rates);
        update(new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0.01, true), w, m, v, g, rates);
        update(new UpdateOp.ClipFactor(1), HostArray.of(Shape.SCALAR, 1.0), g, m);
        update(new UpdateOp.ClipFactor(1e6), HostArray.of(Shape.SCALAR, 1.0), g, m);
    }

    private void update(UpdateOp op, HostArray... inputs) {
        cases.add(new OperationCase(op.name(), "forward", "ordinary " + settings(op), List.of(inputs), Optional.empty(), false, (backend, in) -> backend.update(op, in)));
    }

    /** Forward alone, where there is no derivative or nothing is asked of it. */
    private void plain(PrimitiveOp op, ValueRange range, HostArray... inputs) {
        cases.add(OperationCase.forward(op, variant(range, op), (ops, in) -> ops.engine().execute(op, in), inputs));
    }

    private void smooth(PrimitiveOp op, ValueRange range, HostArray... inputs) {
        plain(op, range, inputs);
        if (hasGradientAt(range)) {
            cases.add(OperationCase.gradient(op, variant(range, op), (ops, in) -> ops.engine().execute(op, in), inputs));
        }
    }

    private void kernel(FusedOp op, ValueRange range, HostArray... inputs) {
        cases.add(OperationCase.forward(op, variant(range, op), (ops, in) -> ops.fused(op, in), inputs));
        if (hasGradientAt(range)) {
            cases.add(OperationCase.gradient(op, variant(range, op), (ops, in) -> ops.fused(op, in), inputs));
        }
    }

    /** Of infinite inputs the compositions' gradients say nothing that a kernel would have to repeat. */
    private static boolean hasGradientAt(ValueRange range) {
        return range != SPECIAL;
    }

    private static String variant(ValueRange range, Op op) {
        String settings = settings(op);
        return range.label() + (settings.isEmpty() ? "" : " " + settings);
    }

    /** What tells operations of one name apart: {@code [eps=1.0E-5, affine=true]}. */
    private static String settings(Op op) {
        String fields = op.toString().substring(op.getClass().getSimpleName().length());
        return fields.equals("[]") ? "" : fields;
    }

    /** {@code f} of some angle for each position and pair. */
    private static HostArray table(Shape shape, DoubleUnaryOperator f) {
        return HostArray.of(shape, DType.F64, IntStream.range(0, shape.elements()).mapToDouble(f::applyAsDouble).toArray());
    }

    private static HostArray truths(String name, int... sizes) {
        RandomKey key = RandomKey.of(3).split(name);
        Shape shape = Shape.of(sizes);
        boolean[] values = new boolean[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.below(2, i) == 1;
        }
        return HostArray.of(shape, values);
    }
}
