package io.fluxo.experiments.compare.onnx;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A backend that counts what is asked of it, and refuses what is beyond {@link Bounds} before anything is allocated: a few bytes of a file can ask for a
 * tensor of any size.
 */
final class Bounded extends DelegatingBackend {

    private long made;
    private long work;

    Bounded(Backend inner) {
        super("bounded", inner);
    }

    /** The backend's own: what it lacks is said of it, and not of this decorator. */
    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Tensor upload(HostArray values) {
        charge(values.shape(), 1);
        return inner.upload(values);
    }

    @Override
    public Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        charge(shape, 1);
        return inner.upload(shape, dtype, room, fill);
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Shape shape = ShapeRules.KNOWN.shape(op, inputs);
        charge(shape, op instanceof PrimitiveOp.MatMul(boolean transposed, var _) ? inputs[0].dim(transposed ? -2 : -1).size() : 1, inputs);
        return inner.execute(op, inputs);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        charge(ShapeRules.KNOWN.shape(op, inputs), switch (op) {
            case FusedOp.Linear _ -> inputs[0].dim(-1).size();
            case FusedOp.Attention _ -> 2L * inputs[1].dim(1).size() * Math.max(1, inputs[1].dim(3).size());
            case FusedOp.Rotate _ -> 2;
            case FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _, FusedOp.CrossEntropy _,
                    FusedOp.Dropout _ -> 1;
        }, inputs);
        return inner.runFused(op, save, inputs);
    }

    /** Nothing: the composition's operations are counted one by one. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return Optional.empty();
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        for (int i = 0; i < op.donated(); i++) {
            charge(inputs[i].shape(), 1, inputs);
        }
        return inner.update(op, inputs);
    }

    /** @param each multiplications for each element of the result */
    private void charge(Shape result, long each, Tensor... inputs) {
        made += result.elements();
        work += 1 + result.elements() * each;
        for (Tensor input : inputs) {
            work += input.shape().elements();
        }
        if (made > Bounds.MADE || work > Bounds.WORK) {
            throw new Unsupported(Text.format("computes more than a test of an operator does: beyond %,d elements, or %,d multiplications", Bounds.MADE,
                    Bounds.WORK));
        }
    }
}
