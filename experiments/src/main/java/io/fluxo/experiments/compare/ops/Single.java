package io.fluxo.experiments.compare.ops;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.op.Engine.Fused;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One operation on given inputs, by itself.
 *
 * @param op      an operation at known sizes
 * @param inputs  in the types that it is run with
 * @param reverse present where its gradients with respect to the floating inputs are taken: of fused operations alone, since those of primitives are other primitives
 */
public record Single(Op op, List<HostArray> inputs, Optional<Reverse> reverse) {

    /**
     * What comes from the reverse pass.
     *
     * @param gradient of the operation's result
     * @param onto     the gradient that has reached the first input by other paths, to which this one is added; empty where there is none
     */
    public record Reverse(HostArray gradient, Optional<HostArray> onto) {}

    /**
     * A comparison of it.
     *
     * @param exact what should come out, rounded to the type where it is floating; of a reverse pass for each floating input
     */
    public record Compared(CompareRow row, List<HostArray> exact) {}

    public Single {
        inputs = List.copyOf(inputs);
        if (reverse.isPresent() && !(op instanceof FusedOp)) {
            throw new IllegalArgumentException(Text.format("%s has no gradient of its own: only fused operations have", op.name()));
        }
    }

    /** The result of {@code op}. */
    public Single(Op op, List<HostArray> inputs) {
        this(op, inputs, Optional.empty());
    }

    /** {@code forward} or {@code gradient}. */
    public String direction() {
        return reverse.isPresent() ? "gradient" : "forward";
    }

    private OperationCase asCase() {
        List<HostArray> all = reverse.map(back -> Stream.of(inputs.stream(), Stream.of(back.gradient()), back.onto().stream()).flatMap(each -> each).toList()).orElse(inputs);
        return new OperationCase(op.name(), direction(), "replayed", all, Optional.empty(), op instanceof FusedOp, this::run);
    }

    private Tensor[] run(Backend backend, Tensor[] in) {
        Tensor[] own = Arrays.copyOf(in, inputs.size());
        return switch (op) {
            case FusedOp fused when reverse.isPresent() ->
                    gradients(backend, fused, own, in[inputs.size()], reverse.get().onto().map(_ -> in[inputs.size() + 1]));
            case FusedOp fused -> new Tensor[] {new Ops(backend).fused(fused, own)};
            case PrimitiveOp primitive -> new Tensor[] {backend.execute(primitive, own)};
            case UpdateOp update -> backend.update(update, own);
        };
    }

    private static Tensor[] gradients(Backend backend, FusedOp op, Tensor[] in, Tensor gradient, Optional<Tensor> onto) {
        int[] floating = IntStream.range(0, in.length).filter(i -> in[i].dtype().isFloating()).toArray();
        Tensor[] all = backend.fuses(op) ? ofKernel(backend, op, in, gradient, onto) : ofComposition(backend, op, in, floating, gradient, onto);
        return Arrays.stream(floating).mapToObj(i -> all[i]).toArray(Tensor[]::new);
    }

    private static Tensor[] ofKernel(Backend backend, FusedOp op, Tensor[] in, Tensor gradient, Optional<Tensor> onto) {
        Fused forward = backend.runFused(op, true, in);
        return onto.map(sum -> backend.backwardOnto(op, in, forward, gradient, sum)).orElseGet(() -> backend.backward(op, in, forward, gradient));
    }

    private static Tensor[] ofComposition(Backend backend, FusedOp op, Tensor[] in, int[] floating, Tensor gradient, Optional<Tensor> onto) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor[] watched = in.clone();
            Arrays.stream(floating).forEach(i -> watched[i] = tape.watch(in[i]));
            Tensor output = op.compose(new Ops(tape), watched);
            Tensor[] found = tape.gradients(output, gradient, Arrays.stream(floating).mapToObj(i -> watched[i]).toList());
            Tensor[] all = new Tensor[in.length];
            IntStream.range(0, floating.length).forEach(i -> all[floating[i]] = found[i]);
            onto.ifPresent(sum -> all[0] = new Ops(backend).add(sum, all[0]));
            return all;
        }
    }

    /** Compares {@code backend}, opened for {@code dtype}, with what should come out. */
    public CompareRow on(Backend backend, DType dtype, Backend exact) {
        return compared(backend, dtype, exact).row();
    }

    /** The same, and what should come out. */
    public Compared compared(Backend backend, DType dtype, Backend exact) {
        OperationCase one = asCase();
        List<Expectation> expected = Expectation.of(one, dtype, exact);
        return new Compared(new OperationComparison(backend, dtype, exact).compare(one, expected), expected.stream().map(each -> in(dtype, each.values())).toList());
    }

    private static HostArray in(DType dtype, HostArray values) {
        return values.dtype().isFloating() ? HostArray.of(values.shape(), dtype, values.toDoubles().clone()) : values;
    }
}
