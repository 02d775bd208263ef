package io.fluxo.cpu;

import io.fluxo.backend.Backend;
import io.fluxo.conformance.ComposedKernels;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A backend with a fault planted in one place; {@code null} from a fault means "as it should be". */
final class Faulty extends ComposedKernels {

    /** What an operation wrongly returns, by honest operations. */
    @FunctionalInterface
    interface InPrimitive {
        Tensor result(Ops honest, PrimitiveOp op, Tensor[] in);
    }

    @FunctionalInterface
    interface InForward {
        Tensor result(Ops honest, FusedOp op, Tensor[] in);
    }

    /** What a kernel's backward pass wrongly returns, out of the right gradients. */
    @FunctionalInterface
    interface InBackward {
        Tensor[] result(Ops honest, FusedOp op, Tensor[] in, Tensor gradient, Tensor[] right);
    }

    /** What a kernel wrongly hands out, out of the right values. */
    @FunctionalInterface
    interface InShown {
        Shown result(Ops honest, FusedOp op, Shown right);
    }

    @FunctionalInterface
    interface InUpdate {
        Tensor[] result(Backend honest, UpdateOp op, Tensor[] in);
    }

    private final Ops honest;
    private InPrimitive primitive = (_, _, _) -> null;
    private InForward forward = (_, _, _) -> null;
    private InBackward backward = (_, _, _, _, _) -> null;
    private InShown shown = (_, _, right) -> right;
    private InUpdate update = (_, _, _) -> null;

    private Faulty(Backend inner) {
        super(inner);
        honest = new Ops(inner);
    }

    static Faulty primitive(Backend inner, InPrimitive fault) {
        Faulty faulty = new Faulty(inner);
        faulty.primitive = fault;
        return faulty;
    }

    static Faulty forward(Backend inner, InForward fault) {
        Faulty faulty = new Faulty(inner);
        faulty.forward = fault;
        return faulty;
    }

    static Faulty backward(Backend inner, InBackward fault) {
        Faulty faulty = new Faulty(inner);
        faulty.backward = fault;
        return faulty;
    }

    static Faulty shown(Backend inner, InShown fault) {
        Faulty faulty = new Faulty(inner);
        faulty.shown = fault;
        return faulty;
    }

    static Faulty update(Backend inner, InUpdate fault) {
        Faulty faulty = new Faulty(inner);
        faulty.update = fault;
        return faulty;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor wrong = primitive.result(honest, op, inputs);
        return wrong != null ? wrong : super.execute(op, inputs);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        Tensor wrong = forward.result(honest, op, inputs);
        return wrong != null ? new Fused(wrong) : super.runFused(op, save, inputs);
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return super.runShowing(op, wanted, inputs).map(right -> shown.result(honest, op, right));
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        Tensor[] right = super.backward(op, inputs, forward, gradient);
        Tensor[] wrong = backward.result(honest, op, inputs, gradient, right);
        return wrong != null ? wrong : right;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        Tensor[] wrong = update.result(inner, op, inputs);
        return wrong != null ? wrong : super.update(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return inputs.stream().map(one -> update(op, one)).toList();
    }
}
