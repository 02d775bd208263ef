package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.layer.Cell;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.proof.ForwardProgram.Line;
import io.fluxo.proof.ForwardProgram.Source;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes down what one forward pass asks of a backend, and passes it on. Every fused operation is written as itself, whether the backend has a kernel for
 * it or not: so all backends are asked for the same program.
 */
final class ProgramRecorder extends DelegatingBackend {

    private final Map<Tensor, Source> sources = new IdentityHashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();

    /** @param cells the model's, as they are in this pass */
    ProgramRecorder(Backend inner, Tensor tokens, List<? extends Cell> cells) {
        super("", inner);
        cells.forEach(cell -> sources.put(cell.value(), new Source.Cell(cell.name())));
        sources.put(tokens, new Source.Tokens());
    }

    /** What was written down, of a pass that returned {@code logits}. */
    ForwardProgram program(Tensor logits) {
        return new ForwardProgram(lines, source(logits), refusals);
    }

    /** That of what it watches: who asks on what it runs is told the same, watched or not. */
    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor result = completed(op, () -> super.execute(op, inputs));
        write(op, result, inputs);
        return result;
    }

    @Override
    public boolean fuses(FusedOp op) {
        return true;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        if (save) {
            refusals.add("it asks a kernel for more than its output");
        }
        Fused made = completed(op, () -> inner.fuses(op) ? super.runFused(op, save, inputs) : new Fused(op.compose(new Ops(inner), inputs)));
        write(op, made.output(), inputs);
        return made;
    }

    /** Nothing: a pass that looks inside an operation asks for its composition on every backend. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return Optional.empty();
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        refusals.add("it differentiates within the pass");
        return super.backward(op, inputs, forward, gradient);
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        refusals.add("it differentiates within the pass");
        return super.backwardOnto(op, inputs, forward, gradient, sum);
    }

    /** Whoever goes on where an operation failed knows something of its values. */
    private <T> T completed(Op op, Supplier<T> run) {
        try {
            return run.get();
        } catch (RuntimeException failed) {
            refusals.add(Text.format("%s failed (%s), and the pass went on", op.name(), failed.getMessage()));
            throw failed;
        }
    }

    private void write(Op op, Tensor result, Tensor... inputs) {
        List<Source> read = Arrays.stream(inputs).map(this::source).toList();
        sources.put(result, new Source.Result(lines.size()));
        lines.add(new Line.Executed(op, read, result.shape(), result.dtype()));
    }

    /** {@code cells} have to hold what they held before the pass: else a pass hands something on to the next. */
    void requireSame(List<? extends Cell> cells, List<Tensor> before) {
        for (int i = 0; i < before.size(); i++) {
            if (cells.get(i).value() != before.get(i)) {
                refusals.add("it replaces the value of " + cells.get(i).name());
            }
        }
    }

    /** {@code other}, which from here on stands for {@code made}. */
    Tensor inPlaceOf(Tensor made, Tensor other) {
        sources.put(other, source(made));
        return other;
    }

    /** {@code tensor}, which is the key of the place {@code path} that drops. */
    Tensor key(String path, Tensor tensor) {
        sources.put(tensor, new Source.Key(path));
        return tensor;
    }

    private Source source(Tensor tensor) {
        return sources.computeIfAbsent(tensor, _ -> {
            refusals.add("it uses a tensor that this pass did not make");
            return new Source.Foreign();
        });
    }

    @Override
    public Tensor upload(HostArray values) {
        Tensor result = super.upload(values);
        sources.put(result, new Source.Result(lines.size()));
        lines.add(new Line.Uploaded(values.shape(), values.dtype(), content(values)));
        return result;
    }

    /** Values that are put together are values from the host too. */
    @Override
    public Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        Object array = room.get();
        fill.accept(array);
        return upload(new HostArray(shape, dtype, array));
    }

    private static List<?> content(HostArray values) {
        return switch (values.array()) {
            case long[] integers -> Arrays.stream(integers).boxed().toList();               // a double would round them
            default -> Arrays.stream(values.toDoubles()).boxed().toList();
        };
    }

    @Override
    public HostArray download(Tensor tensor) {
        refusals.add("it reads values back to the host");
        return super.download(tensor);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        refusals.add("it replaces values in place");
        return super.update(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        refusals.add("it replaces values in place");
        return super.updateAll(op, inputs);
    }

    /** Asked every time: what is replayed would not be seen. */
    @Override
    public Routine routine(Supplier<Tensor> step) {
        return step::get;
    }
}
