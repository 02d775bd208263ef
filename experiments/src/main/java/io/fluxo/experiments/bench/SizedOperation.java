package io.fluxo.experiments.bench;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * An operation at a size, ready to be timed.
 *
 * @param op        a primitive or fused operation
 * @param direction forward, or forward and back
 * @param size      for people: {@code 512x3072}
 * @param inputs    what goes in
 */
public record SizedOperation(Op op, Direction direction, String size, List<Input> inputs) {

    private static final RandomKey KEY = RandomKey.of(0);

    /** So many numbers are drawn and then repeated: speed does not depend on them, and drawing a million takes longer than most operations. */
    private static final int PERIOD = 4093;

    public SizedOperation {
        inputs = List.copyOf(inputs);
    }

    /** The product of [m k] and [k n], called {@code mxnxk}. */
    public static SizedOperation product(int m, int n, int k) {
        return new SizedOperation(new PrimitiveOp.MatMul(false, false), Direction.FORWARD, Text.format("%dx%dx%d", m, n, k), List.of(Input.normal(m, k), Input.normal(k, n)));
    }

    /** What is computed: the result alone, or the result and then the gradients with respect to every floating input. */
    public enum Direction { FORWARD, GRADIENT }

    /**
     * @param below normal numbers where this is 0; else integers from 0 on that are smaller
     */
    public record Input(Shape shape, int below) {

        /** Normal numbers. */
        public static Input normal(int... sizes) {
            return new Input(Shape.of(sizes), 0);
        }

        /** Integers from 0 on below {@code below}. */
        public static Input indices(int below, int... sizes) {
            return new Input(Shape.of(sizes), below);
        }

        private DType type(DType floating) {
            return below == 0 ? floating : DType.I32;
        }

        private HostArray draw(RandomKey key, DType floating) {
            double[] drawn = IntStream.range(0, Math.min(PERIOD, shape.elements())).mapToDouble(i -> below == 0 ? key.normal(i) : key.below(below, i)).toArray();
            return HostArray.of(shape, type(floating), IntStream.range(0, shape.elements()).mapToDouble(i -> drawn[i % PERIOD]).toArray());
        }
    }

    /** An input or a result as far as counting goes. */
    private record Counted(Shape shape, DType dtype) implements Tensor {

        private long bytes() {
            return (long) shape.elements() * dtype.bytes();
        }
    }

    /** Floating-point operations, as {@link Flops} counts them. */
    public double flops() {
        Tensor[] in = counted(DType.F32);
        double forward = Flops.forward(op, in);
        return switch (direction) {
            case FORWARD -> forward;
            case GRADIENT -> forward + Flops.backward((FusedOp) op, in);
        };
    }

    /** Bytes of what goes in and comes out, each once: inputs and output; for gradients also the output's gradient and those of the floating inputs. */
    public long bytes(DType floating) {
        Counted[] in = counted(floating);
        Shape made = op instanceof FusedOp fused ? ShapeRules.KNOWN.shape(fused, in) : ShapeRules.KNOWN.shape((PrimitiveOp) op, in);
        long bytes = new Counted(made, floating).bytes();
        for (Counted input : in) {
            bytes += input.bytes();
        }
        return switch (direction) {
            case FORWARD -> bytes;
            case GRADIENT -> {
                for (Counted input : in) {
                    bytes += input.dtype.isFloating() ? input.bytes() : 0;
                }
                yield bytes + new Counted(made, floating).bytes();
            }
        };
    }

    private Counted[] counted(DType floating) {
        return inputs.stream().map(input -> new Counted(input.shape, input.type(floating))).toArray(Counted[]::new);
    }

    /** Brings the inputs to {@code backend}; what comes back computes the operation in the scope that is then open, and returns its result or first gradient. */
    public Supplier<Tensor> on(Backend backend, DType floating) {
        Tensor[] in = IntStream.range(0, inputs.size()).mapToObj(i -> backend.upload(inputs.get(i).draw(KEY.split("input " + i), floating))).toArray(Tensor[]::new);
        return switch (direction) {
            case FORWARD -> () -> run(new Ops(backend), in);
            case GRADIENT -> {
                Shape made = ShapeRules.KNOWN.shape((FusedOp) op, in);
                Tensor seed = backend.upload(new Input(made, 0).draw(KEY.split("gradient"), floating));
                yield () -> gradients(backend, in, seed)[0];
            }
        };
    }

    private Tensor run(Ops ops, Tensor[] in) {
        return op instanceof FusedOp fused ? ops.fused(fused, in) : ops.engine().execute((PrimitiveOp) op, in);
    }

    private Tensor[] gradients(Backend backend, Tensor[] in, Tensor seed) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor[] watched = in.clone();
            List<Tensor> targets = new ArrayList<>();
            for (int i = 0; i < in.length; i++) {
                if (in[i].dtype().isFloating()) {
                    watched[i] = tape.watch(in[i]);
                    targets.add(watched[i]);
                }
            }
            return tape.gradients(run(new Ops(tape), watched), seed, targets);
        }
    }
}
