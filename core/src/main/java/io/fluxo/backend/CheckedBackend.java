package io.fluxo.backend;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Watches over a backend: every result has the shape and type its rule says, no operation makes a NaN out of numbers, and no tensor is used
 * after its scope closed or an update took it over. Slow, for tests and for finding where a NaN comes from; routines ask their step every time, so
 * that it is watched.
 */
public final class CheckedBackend extends DelegatingBackend {

    private final ShapeRules rules;
    private final Deque<CheckedScope> scopes = new ArrayDeque<>();

    public CheckedBackend(Backend inner) {
        this(inner, ShapeRules.KNOWN);
    }

    /** With other shape rules, for a backend whose sizes are symbols. */
    public CheckedBackend(Backend inner, ShapeRules rules) {
        super("checked", inner);
        this.rules = rules;
    }

    /** A check that failed: a bug in a backend, or in how it is used. */
    public static final class CheckFailedException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        public CheckFailedException(String message) {
            super(message);
        }
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor[] values = values(op, inputs);
        Shape shape = rules.shape(op, values);
        DType dtype = ShapeRules.dtype(op, values);
        return checked(op, inner.execute(op, values), shape, dtype, inputs);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        Tensor[] values = values(op, inputs);
        Shape shape = rules.shape(op, values);
        Fused result = inner.runFused(op, save, values);
        return new Fused(checked(op, result.output(), shape, inputs[0].dtype(), inputs), result.saved());
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        Tensor[] values = values(op, inputs);
        Shape shape = rules.shape(op, values);
        return inner.runShowing(op, wanted, values).map(shown -> {
            if (!shown.inside().keySet().equals(wanted)) {
                throw new CheckFailedException(Text.format("%s was asked for %s and showed %s", op.name(), wanted, shown.inside().keySet()));
            }
            Map<FusedOp.Inside, Shape> promised = op.inside(values);
            Map<FusedOp.Inside, Tensor> inside = new EnumMap<>(FusedOp.Inside.class);
            shown.inside().forEach((place, value) -> inside.put(place, checked(op, value, promised.get(place), inputs[0].dtype(), inputs)));
            return new Shown(checked(op, shown.output(), shape, inputs[0].dtype(), inputs), inside);
        });
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        Tensor[] values = values(op, inputs);
        Tensor output = values(op, forward.output())[0];
        Tensor[] gradients = inner.backward(op, values, new Fused(output, forward.saved()), values(op, gradient)[0]);
        return checked(op, inputs, gradients, gradient);
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        Tensor[] values = values(op, inputs);
        Tensor output = values(op, forward.output())[0];
        Tensor[] gradients = inner.backwardOnto(op, values, new Fused(output, forward.saved()), values(op, gradient)[0], values(op, sum)[0]);
        Tensor[] results = checked(op, inputs, gradients, gradient, sum);
        takeOver(op.name() + ".backward", (Checked) sum, (Checked) results[0]);
        return results;
    }

    private Tensor[] checked(Op op, Tensor[] inputs, Tensor[] gradients, Tensor... from) {
        for (int i = 0; i < gradients.length; i++) {
            if (gradients[i] != null) {
                gradients[i] = checked(op, gradients[i], inputs[i].shape(), inputs[i].dtype(), from);
            }
        }
        return gradients;
    }

    /** The new tensor lives as long as what it replaces would have. */
    private static void takeOver(String what, Checked taken, Checked result) {
        result.owner = taken.owner;
        taken.takenOverBy = what;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return updated(op, inputs, inner.update(op, values(op, inputs)));
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        List<Tensor[]> outputs = inner.updateAll(op, inputs.stream().map(one -> values(op, one)).toList());
        if (outputs.size() != inputs.size()) {
            throw new CheckFailedException(Text.format("%s updated %d states and returned %d", op.name(), inputs.size(), outputs.size()));
        }
        return IntStream.range(0, inputs.size()).mapToObj(i -> updated(op, inputs.get(i), outputs.get(i))).toList();
    }

    private Tensor[] updated(UpdateOp op, Tensor[] inputs, Tensor[] outputs) {
        if (outputs.length != op.donated()) {
            throw new CheckFailedException(Text.format("%s took over %d tensors and returned %d", op.name(), op.donated(), outputs.length));
        }
        Tensor[] results = new Tensor[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            Checked taken = (Checked) inputs[i];
            Checked output = checked(op, outputs[i], taken.shape(), taken.dtype(), inputs);
            results[i] = output;
            takeOver(op.name(), taken, output);
        }
        return results;
    }

    /** Calls {@code step} every time: a replay executes no operations that could be checked. */
    @Override
    public Routine routine(Supplier<Tensor> step) {
        return step::get;
    }

    @Override
    public Tensor upload(HostArray values) {
        return uploaded(inner.upload(values));
    }

    @Override
    public Tensor upload(Shape shape, DType dtype, Supplier<Object> room, Consumer<Object> fill) {
        return uploaded(inner.upload(shape, dtype, room, fill));
    }

    private Tensor uploaded(Tensor value) {
        return new Checked(value, hasNaN(value), scopes.peek());
    }

    @Override
    public HostArray download(Tensor tensor) {
        return inner.download(alive("download", tensor));
    }

    @Override
    public void release(Tensor tensor) {
        inner.release(alive("release", tensor));
        ((Checked) tensor).takenOverBy = "release";
    }

    @Override
    public TensorScope openScope() {
        CheckedScope scope = new CheckedScope(inner.openScope(), scopes.peek());
        scopes.push(scope);
        return scope;
    }

    private Tensor[] values(Op op, Tensor... inputs) {
        Tensor[] values = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = alive(op.name(), inputs[i]);
        }
        return values;
    }

    private static Tensor alive(String what, Tensor tensor) {
        if (!(tensor instanceof Checked checked)) {
            throw new CheckFailedException(Text.format("%s: the tensor %s belongs to another backend", what, tensor.shape()));
        }
        if (checked.takenOverBy != null) {
            throw new CheckFailedException(Text.format("%s: the tensor %s was taken over by %s", what, checked.shape(), checked.takenOverBy));
        }
        if (checked.owner != null && checked.owner.closed) {
            throw new CheckFailedException(Text.format("%s: the tensor %s is used after its scope closed", what, checked.shape()));
        }
        return checked.value;
    }

    private Checked checked(Op op, Tensor output, Shape shape, DType dtype, Tensor... inputs) {
        if (!output.shape().equals(shape) || output.dtype() != dtype) {
            throw new CheckFailedException(Text.format("%s must return %s %s, but returned %s %s", op.name(), dtype.label(), shape, output.dtype().label(),
                    output.shape()));
        }
        boolean nan = hasNaN(output);
        if (nan && Arrays.stream(inputs).noneMatch(input -> ((Checked) input).nan)) {
            throw new CheckFailedException(Text.format("%s made a NaN out of numbers; its result is %s", op.name(), output.shape()));
        }
        return new Checked(output, nan, scopes.peek());
    }

    private boolean hasNaN(Tensor tensor) {
        if (!tensor.dtype().isFloating() || !tensor.shape().isKnown()) {
            return false;
        }
        for (double value : inner.download(tensor).toDoubles()) {
            if (Double.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private static final class Checked implements Tensor {
        private final Tensor value;
        private final boolean nan;
        private CheckedScope owner;
        private String takenOverBy;

        /** @param owner the scope it lives in; null for the backend itself */
        private Checked(Tensor value, boolean nan, CheckedScope owner) {
            this.value = value;
            this.nan = nan;
            this.owner = owner;
        }

        @Override
        public Shape shape() {
            return value.shape();
        }

        @Override
        public DType dtype() {
            return value.dtype();
        }

        @Override
        public String toString() {
            boolean dead = takenOverBy != null || owner != null && owner.closed;
            String over = takenOverBy != null ? "taken over by " + takenOverBy : "its scope is closed";
            return "checked(" + (dead ? Preview.of(shape(), dtype(), over) : value.toString()) + ")";
        }
    }

    private final class CheckedScope implements TensorScope {
        private final TensorScope innerScope;
        private final CheckedScope outer;
        private boolean closed;

        private CheckedScope(TensorScope innerScope, CheckedScope outer) {
            this.innerScope = innerScope;
            this.outer = outer;
        }

        @Override
        public <T extends Tensor> T keep(T tensor) {
            innerScope.keep(alive("keep", tensor));
            Checked kept = (Checked) (Tensor) tensor;
            if (owns(kept)) {
                kept.owner = outer;
            }
            return tensor;
        }

        /** Whether {@code tensor} would die with this scope. */
        private boolean owns(Checked tensor) {
            for (CheckedScope at = tensor.owner; at != null; at = at.outer) {
                if (at == this) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() {
            if (scopes.peek() != this) {
                throw new CheckFailedException("scopes must be closed in reverse order of opening");
            }
            scopes.pop();
            closed = true;
            innerScope.close();
        }
    }
}
