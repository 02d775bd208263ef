package io.fluxo.bound;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Runs operations on values and error bounds: what comes out says where an exact computation would be, and how far from there a computation in the tensors'
 * type may be, whatever the order of its sums. Values and bounds are computed in F64 by another backend. Fused operations run as their compositions: a
 * kernel that computes the same otherwise may be outside the bound, and still right. Linear maps alone are sums, in which the bias may come first.
 */
public final class ErrorBackend implements Backend {

    private final Backend reference;
    private final Ops ops;
    private final ErrorRules rules;
    private final ErrorMath math;

    /** @param reference computes in F64; it stays open when this closes */
    public ErrorBackend(Backend reference) {
        if (!reference.dtypes().contains(DType.F64)) {
            throw new IllegalArgumentException(Text.format("error bounds are computed in f64, in which the backend %s does not compute", reference.name()));
        }
        this.reference = reference;
        ops = new Ops(reference);
        rules = new ErrorRules(ops);
        math = new ErrorMath(ops);
    }

    @Override
    public String name() {
        return "error bounds";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return EnumSet.of(DType.F32, DType.F64, DType.BF16);
    }

    /** The exact values, F64 where {@code tensor} is floating. */
    public HostArray values(Tensor tensor) {
        return reference.download(own("values", tensor).value());
    }

    /** The bounds of {@code tensor}, element by element. */
    public double[] errors(Tensor tensor) {
        double[] errors = reference.download(own("errors", tensor).error()).toDoubles().clone();
        for (int i = 0; i < errors.length; i++) {
            errors[i] *= 1 + ErrorMath.SLACK;
        }
        return errors;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        DType dtype = ShapeRules.dtype(op, inputs);
        BoundTensor[] in = new BoundTensor[inputs.length];
        Tensor[] values = new Tensor[inputs.length];
        Tensor[] errors = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = own(op.name(), inputs[i]);
            values[i] = in[i].value();
            errors[i] = in[i].error();
        }
        Tensor z = value(op, dtype, values);
        return new BoundTensor(dtype, z, error(op, dtype, in, values, z, errors));
    }

    /** What comes out without rounding. Draws are those of the type that is spoken of. */
    private Tensor value(PrimitiveOp op, DType dtype, Tensor[] values) {
        return switch (op) {
            case Constant(Scalar value, Shape shape, DType of) when of.isFloating() -> ops.constant(value, shape, DType.F64);
            case Iota(int axis, Shape shape, DType of) when of.isFloating() -> ops.iota(axis, shape, DType.F64);
            case RandomUniform draws when dtype != DType.F64 -> ops.cast(reference.execute(draws, values), DType.F64);
            case Cast(DType to) -> ops.cast(values[0], to.isFloating() ? DType.F64 : to);
            default -> reference.execute(op, values);
        };
    }

    private Tensor error(PrimitiveOp op, DType dtype, BoundTensor[] in, Tensor[] x, Tensor z, Tensor[] e) {
        return switch (op) {
            case Unary unary -> rules.unary(unary, dtype, x[0], z, e[0]);
            case Binary binary when dtype.isFloating() -> rules.binary(binary, dtype, x[0], x[1], z, e[0], e[1]);
            case Binary _ -> ops.expand(ops.add(e[0], e[1]), z.shape());
            case Comparison _ -> in[0].dtype().isFloating() ? rules.comparison(x[0], x[1], e[0], e[1], z.shape()) : ops.expand(ops.add(e[0], e[1]), z.shape());
            case Not _ -> e[0];
            case Logical _ -> ops.expand(ops.add(e[0], e[1]), z.shape());
            case Where _ -> ops.expand(dtype.isFloating() ? rules.where(x[1], x[2], x[0], e[0], e[1], e[2]) : ops.add(e[0], ops.add(e[1], e[2])), z.shape());
            case Sum sum -> dtype.isFloating() ? rules.sum(sum, dtype, x[0], z, e[0]) : reference.execute(sum, e[0]);
            case Max max -> reference.execute(max, e[0]);
            case ArgMax argMax -> rules.argMax(argMax, x[0], e[0]);
            case MatMul product -> rules.product(product, dtype, x[0], x[1], z, e[0], e[1]);
            case Pad(int axis, var before, var after, Scalar value) -> ops.pad(e[0], axis, before, after, dtype.isFloating() ? rules.held(dtype, value) : Scalar.ZERO);
            case Movement movement -> reference.execute(movement, e);
            case Gather _ -> rules.gather(e[0], x[1], e[1]);
            case ScatterAdd scatter -> rules.scatterAdd(scatter, dtype, x[0], x[1], z, e[1], e[0]);
            case Constant constant -> rules.constant(constant);
            case Iota _ -> dtype.isFloating() ? rules.rounded(dtype, z, math.zeros(z.shape()), 1) : math.zeros(z.shape());
            case RandomUniform _ -> math.zeros(z.shape());
            case Cast(DType to) -> rules.cast(in[0].dtype(), to, x[0], z, e[0]);
            case StopGradient _ -> e[0];
        };
    }

    @Override
    public boolean fuses(FusedOp op) {
        return op instanceof FusedOp.Linear;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        BoundTensor plain = own(op.name(), op.compose(new Ops(this), inputs));
        if (inputs.length == 2) {
            return new Fused(plain);                                                         // without a bias, the product is the sum
        }
        BoundTensor x = own(op.name(), inputs[0]);
        BoundTensor w = own(op.name(), inputs[1]);
        BoundTensor b = own(op.name(), inputs[2]);
        return new Fused(new BoundTensor(plain.dtype(), plain.value(), rules.linear(plain.dtype(), x.value(), w.value(), b.value(), plain.value(), x.error(), w.error(), b.error())));
    }

    /** Those of the composition: each is one sum. */
    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        try (AutodiffBackend tape = new AutodiffBackend(new DelegatingBackend("composed", this) {
            @Override
            public boolean fuses(FusedOp any) {
                return false;
            }
        })) {
            Tensor[] watched = Arrays.stream(inputs).map(tape::watch).toArray(Tensor[]::new);
            return tape.gradients(op.compose(new Ops(tape), watched), gradient, List.of(watched));
        }
    }

    /** A gradient gWᵀ may be added term by term to what is there: that is one sum, too, in which what is there may come first. */
    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        Tensor[] gradients = backward(op, inputs, forward, gradient);
        BoundTensor plain = own(op.name(), new Ops(this).add(sum, gradients[0]));
        BoundTensor g = own(op.name(), gradient);
        BoundTensor w = own(op.name(), new Ops(this).permute(inputs[1], 1, 0));
        BoundTensor before = own(op.name(), sum);
        gradients[0] = new BoundTensor(plain.dtype(), plain.value(),
                rules.linear(plain.dtype(), g.value(), w.value(), before.value(), plain.value(), g.error(), w.error(), before.error()));
        return gradients;
    }

    /** Values that are exactly these: they have to be of their type. */
    @Override
    public Tensor upload(HostArray values) {
        HostArray exact = values.dtype().isFloating() ? HostArray.of(values.shape(), DType.F64, values.toDoubles().clone()) : values;
        return new BoundTensor(values.dtype(), reference.upload(exact), math.zeros(values.shape()));
    }

    /** The exact values, in the type that is spoken of. */
    @Override
    public HostArray download(Tensor tensor) {
        HostArray values = values(tensor);
        return tensor.dtype().isFloating() ? HostArray.of(values.shape(), tensor.dtype(), values.toDoubles()) : values;
    }

    private static BoundTensor own(String operation, Tensor tensor) {
        if (!(tensor instanceof BoundTensor ours)) {
            throw new IllegalArgumentException(Text.format("%s: the tensor %s belongs to another backend", operation, tensor.shape()));
        }
        return ours;
    }

    @Override
    public TensorScope openScope() {
        TensorScope scope = reference.openScope();
        return new TensorScope() {
            @Override
            public <T extends Tensor> T keep(T tensor) {
                BoundTensor ours = own("keep", tensor);
                scope.keep(ours.value());
                scope.keep(ours.error());
                return tensor;
            }

            @Override
            public void close() {
                scope.close();
            }
        };
    }

    @Override
    public void close() {
        // the reference is its owner's
    }
}
