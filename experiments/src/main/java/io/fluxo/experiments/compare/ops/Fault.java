package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;

/** Ways in which an operation may be wrong by a relative amount ε. */
public enum Fault {

    /** Everything is 1 + ε times what it should be. */
    SCALED("results 1 + ε times too large") {
        @Override
        Tensor spoilt(Backend backend, Tensor result, double epsilon) {
            return new Ops(backend).scale(result, Scalar.of(1 + epsilon));
        }
    },

    /** The last element alone is, as where a loop ends too early. */
    LAST_ELEMENT("the last element 1 + ε times too large") {
        @Override
        Tensor spoilt(Backend backend, Tensor result, double epsilon) {
            int elements = result.shape().elements();
            if (elements == 0) {
                return result;
            }
            double[] factors = new double[elements];
            Arrays.fill(factors, 1);
            factors[elements - 1] = 1 + epsilon;
            return new Ops(backend).mul(result, backend.upload(HostArray.of(result.shape(), result.dtype(), factors)));
        }
    };

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    /** For reports. */
    public String text() {
        return text;
    }

    abstract Tensor spoilt(Backend backend, Tensor result, double epsilon);

    /** {@code inner} with this fault in the operation called {@code operation}: in its results, or in the gradients of its kernel. */
    public Backend in(Backend inner, String operation, boolean gradient, double epsilon) {
        return new Faulty(inner, operation, gradient, this, epsilon);
    }

    private static final class Faulty extends DelegatingBackend {
        private final String operation;
        private final boolean gradient;
        private final Fault fault;
        private final double epsilon;

        private Faulty(Backend inner, String operation, boolean gradient, Fault fault, double epsilon) {
            super("faulty", inner);
            this.operation = operation;
            this.gradient = gradient;
            this.fault = fault;
            this.epsilon = epsilon;
        }

        private Tensor spoilt(Op op, boolean ofGradient, Tensor result) {
            return result != null && ofGradient == gradient && op.name().equals(operation) && result.dtype().isFloating() ? fault.spoilt(inner, result, epsilon) : result;
        }

        @Override
        public Tensor execute(PrimitiveOp op, Tensor... inputs) {
            return spoilt(op, false, super.execute(op, inputs));
        }

        @Override
        public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
            Fused made = super.runFused(op, save, inputs);
            return new Fused(spoilt(op, false, made.output()), made.saved());
        }

        @Override
        public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
            Tensor[] gradients = super.backward(op, inputs, forward, gradient);
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] = spoilt(op, true, gradients[i]);
            }
            return gradients;
        }

        @Override
        public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
            Tensor[] gradients = backward(op, inputs, forward, gradient);
            gradients[0] = new Ops(inner).add(sum, gradients[0]);
            return gradients;
        }

        @Override
        public Tensor[] update(UpdateOp op, Tensor... inputs) {
            Tensor[] outputs = super.update(op, inputs);
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = spoilt(op, false, outputs[i]);
            }
            return outputs;
        }
    }

    /** Whether this fault can be planted in results of {@code dtype}. */
    static boolean concerns(DType dtype) {
        return dtype.isFloating();
    }
}
