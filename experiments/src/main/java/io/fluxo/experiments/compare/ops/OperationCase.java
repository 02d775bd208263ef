package io.fluxo.experiments.compare.ops;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An operation on given inputs, forward or its gradient.
 *
 * @param operation   its name
 * @param direction   {@code forward} or {@code gradient}
 * @param variant     the range of its values, and what else tells it from others
 * @param inputs      floating ones as F64, from which each type takes its nearest numbers
 * @param makes       the floating type that it makes whatever goes in; empty where the inputs decide
 * @param isFused     whether a backend may have a kernel pair for it
 * @param computation what is computed
 */
public record OperationCase(String operation, String direction, String variant, List<HostArray> inputs, Optional<DType> makes, boolean isFused, Computation computation) {

    private static final RandomKey SEEDS = RandomKey.of(5).split("gradient");

    /** {@code op} on {@code inputs}. */
    static OperationCase forward(Op op, String variant, BiFunction<Ops, Tensor[], Tensor> f, HostArray... inputs) {
        return new OperationCase(op.name(), "forward", variant, List.of(inputs), made(op), op instanceof FusedOp, (backend, in) -> new Tensor[] {f.apply(new Ops(backend), in)});
    }

    /** The gradients of Σ seed·f with respect to every floating input; seeds are drawn, and are the same on every backend. */
    static OperationCase gradient(Op op, String variant, BiFunction<Ops, Tensor[], Tensor> f, HostArray... inputs) {
        return new OperationCase(op.name(), "gradient", variant, List.of(inputs), made(op), op instanceof FusedOp, (backend, in) -> {
            try (AutodiffBackend tape = new AutodiffBackend(backend)) {
                Tensor[] watched = in.clone();
                List<Tensor> targets = new ArrayList<>();
                for (int i = 0; i < in.length; i++) {
                    if (in[i].dtype().isFloating()) {
                        watched[i] = tape.watch(in[i]);
                        targets.add(watched[i]);
                    }
                }
                Tensor output = f.apply(new Ops(tape), watched);
                return tape.gradients(output, backend.upload(seed(output.shape(), output.dtype())), targets);
            }
        });
    }

    /** Something that is no single operation. */
    public static OperationCase of(String name, String direction, List<HostArray> inputs, Computation computation) {
        return new OperationCase(name, direction, "", inputs, Optional.empty(), false, computation);
    }

    private static Optional<DType> made(Op op) {
        return switch (op) {
            case PrimitiveOp.Cast(DType to) when to.isFloating() -> Optional.of(to);
            case PrimitiveOp.Source source when source.dtype().isFloating() -> Optional.of(source.dtype());
            default -> Optional.empty();
        };
    }

    private static HostArray seed(Shape shape, DType dtype) {
        // of few digits, so that each type holds the same
        return HostArray.of(shape, dtype, IntStream.range(0, shape.elements()).mapToDouble(i -> Math.rint(SEEDS.normal(i) * 256) / 256).toArray());
    }

    /** The inputs as {@code dtype} holds them. */
    public List<HostArray> in(DType dtype) {
        return in(dtype, inputs);
    }

    /** {@code inputs}, the floating ones as {@code dtype} holds them. */
    public static List<HostArray> in(DType dtype, List<HostArray> inputs) {
        return inputs.stream().map(input -> input.dtype().isFloating() ? HostArray.of(input.shape(), dtype, input.toDoubles().clone()) : input).toList();
    }

    /** {@code softmax/forward/tiny [3, 207]}. */
    public String what() {
        return Text.format("%s/%s/%s %s", operation, direction, variant, inputs.stream().map(input -> input.shape().toString()).collect(Collectors.joining(" ")));
    }
}
