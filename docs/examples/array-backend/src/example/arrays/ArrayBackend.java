package example.arrays;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.Set;

/** A backend on Java arrays: everything is computed in doubles, and each result is rounded to its type. */
final class ArrayBackend implements Backend {

    private final ArrayMemory memory = new ArrayMemory();

    @Override
    public String name() {
        return "example-arrays";
    }

    @Override
    public Set<DType> dtypes() {
        return ArrayProvider.FLOATING;
    }

    @Override
    public Tensor upload(HostArray values) {
        requireType("upload", values.dtype());
        return memory.tensor(Movements.copy(values));
    }

    @Override
    public HostArray download(Tensor tensor) {
        return Movements.copy(memory.own("download", tensor).values());
    }

    private void requireType(String operation, DType dtype) {
        if (dtype.isFloating() && !dtypes().contains(dtype)) {
            throw new IllegalArgumentException(operation + ": example-arrays does not compute in " + dtype.label());
        }
    }

    @Override
    public TensorScope openScope() {
        return memory.open();
    }

    @Override
    public void close() {
        memory.close();
    }

    /** {@link ShapeRules} knows the result's shape and type, and refuses inputs that do not fit. */
    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        HostArray[] in = values(op.name(), inputs);
        requireType(op.name(), ShapeRules.dtype(op, inputs));
        return memory.tensor(Primitives.compute(op, in, ShapeRules.KNOWN.shape(op, inputs)));
    }

    private HostArray[] values(String operation, Tensor... tensors) {
        return Arrays.stream(tensors).map(tensor -> memory.own(operation, tensor).values()).toArray(HostArray[]::new);
    }

    /** By composition. What comes out lives where the input that it replaces lived, which is dead from then on. */
    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        Tensor[] outputs = op.compose(new Ops(this), inputs);
        for (int i = 0; i < op.donated(); i++) {
            ArrayTensor old = memory.own(op.name(), inputs[i]);
            memory.own(op.name(), outputs[i]).moveTo(old.owner());
            old.takeOver();
        }
        return outputs;
    }

    // ---- the first kernel; all else that is fused runs as its composition

    @Override
    public boolean fuses(FusedOp op) {
        return op instanceof FusedOp.Relu;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return new Fused(memory.tensor(Relu.forward(values(op.name(), inputs)[0])));
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        HostArray[] in = values(op.name(), inputs[0], gradient);
        return new Tensor[] {memory.tensor(Relu.backward(in[0], in[1]))};
    }
}
