package io.fluxo.program;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Handle;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes small programs by hand, as a backend would that is asked for their operations. */
final class Writing {

    private final Recorder recorder = new Recorder();

    /** A tensor from outside. */
    static Tensor given(int... sizes) {
        return Handle.f32(sizes);
    }

    Tensor compute(PrimitiveOp op, Tensor... in) {
        Tensor y = new Handle(ShapeRules.KNOWN.shape(op, in), ShapeRules.dtype(op, in));
        recorder.add(new Action.Compute(op), List.of(in), List.of(y));
        return y;
    }

    Tensor add(Tensor a, Tensor b) {
        return compute(new PrimitiveOp.Add(), a, b);
    }

    Tensor exp(Tensor x) {
        return compute(new PrimitiveOp.Exp(), x);
    }

    Tensor linear(Tensor x, Tensor w) {
        return forward(new FusedOp.Linear(false), x, w);
    }

    Tensor relu(Tensor x) {
        return forward(new FusedOp.Relu(), x);
    }

    Tensor norm(Tensor x) {
        return forward(new FusedOp.RmsNorm(1e-5, false), x);
    }

    Tensor dropout(Tensor x) {
        return forward(new FusedOp.Dropout(0.5), x, new Handle(Shape.of(2), DType.I64));
    }

    Tensor forward(FusedOp op, Tensor... in) {
        Tensor y = new Handle(ShapeRules.KNOWN.shape(op, in), in[0].dtype());
        List<Tensor> out = op instanceof FusedOp.RmsNorm ? List.of(y, given(1)) : List.of(y);
        recorder.add(new Action.Forward(op), List.of(in), out);
        return y;
    }

    /** The gradients of x and w. */
    List<Tensor> linearBackward(Tensor gradient, Tensor x, Tensor w) {
        return backward(new FusedOp.Linear(false), gradient, null, x, w);
    }

    List<Tensor> linearBackwardOnto(Tensor gradient, Tensor sum, Tensor x, Tensor w) {
        return backward(new FusedOp.Linear(false), gradient, sum, x, w);
    }

    Tensor reluBackward(Tensor gradient, Tensor x) {
        return backward(new FusedOp.Relu(), gradient, null, x).getFirst();
    }

    /** @param sum what the first gradient is added to, or null */
    List<Tensor> backward(FusedOp op, Tensor gradient, Tensor sum, Tensor... in) {
        List<Tensor> gradients = new ArrayList<>(Arrays.stream(in).map(Writing::like).toList());
        recorder.add(new Action.Backward(op, in.length, false, sum != null), Action.Backward.order(gradient, List.of(in), List.of(), null, sum), gradients);
        return gradients;
    }

    /** Sums that grow by as much each. */
    List<Tensor> accumulate(Tensor... sumsAndAddends) {
        List<Tensor> out = new ArrayList<>();
        for (int i = 0; i < sumsAndAddends.length; i += 2) {
            out.add(like(sumsAndAddends[i]));
        }
        recorder.add(new Action.Update(new UpdateOp.Accumulate(), out.size()), List.of(sumsAndAddends), out);
        return out;
    }

    private static Tensor like(Tensor x) {
        return new Handle(x.shape(), x.dtype());
    }

    Program program(Tensor result) {
        return recorder.program(result);
    }

    /** The names of a program's instructions. */
    static List<String> names(Program program) {
        return program.instructions().stream().map(one -> one.action().name()).toList();
    }
}
