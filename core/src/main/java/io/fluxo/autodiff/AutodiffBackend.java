package io.fluxo.autodiff;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.op.FusedOp;
import io.fluxo.op.GradientTape;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Records what is computed from watched tensors and differentiates it in reverse. Reverse-mode automatic differentiation: one tape, one pass.
 * A fused operation goes through the inner backend's kernel pair where there is one; around another autodiff, where derivatives of
 * derivatives are wanted, through its composition. One instance serves one computation; {@link #close} forgets the tape and leaves the inner
 * backend open.
 */
public final class AutodiffBackend extends DelegatingBackend implements GradientTape {

    private final Ops ops;
    private final boolean innermost;
    private final List<Node> tape = new ArrayList<>();
    private final Map<Tensor, Tracked> watched = new IdentityHashMap<>();
    private IntConsumer reverse = _ -> {};

    public AutodiffBackend(Backend inner) {
        super("autodiff", inner);
        this.ops = new Ops(inner);
        this.innermost = !contains(AutodiffBackend.class, inner);
    }

    /** A tensor whose origin is on the tape. */
    private static final class Tracked implements Tensor {
        private final Tensor value;
        private final int node;

        private Tracked(Tensor value, int node) {
            this.value = value;
            this.node = node;
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
            return "tracked(" + value + ")";
        }
    }

    /** How a tracked tensor was computed; {@code parents[i]} is the node of input i, or −1. */
    private sealed interface Node {

        int[] parents();

        /**
         * For each input, the gradient of Σ gradient·output; null where there is none.
         *
         * @param flows the gradients that have reached the inputs so far; a node that takes one over passes on the sum
         */
        Tensor[] pullBack(Tensor gradient, Flows flows);
    }

    private record Leaf() implements Node {
        private static final int[] NONE = {};

        @Override
        public int[] parents() {
            return NONE;
        }

        @Override
        public Tensor[] pullBack(Tensor gradient, Flows flows) {
            throw new IllegalStateException("what is watched was not computed: nothing lies before it");
        }
    }

    private record PrimitiveNode(Ops ops, PrimitiveOp op, Tensor[] inputs, Tensor output, int[] parents) implements Node {
        @Override
        public Tensor[] pullBack(Tensor gradient, Flows flows) {
            return VjpRules.pullBack(ops, op, inputs, output, gradient);
        }
    }

    private record FusedNode(Backend backend, FusedOp op, Tensor[] inputs, Fused forward, int[] parents) implements Node {
        @Override
        public Tensor[] pullBack(Tensor gradient, Flows flows) {
            Tensor sum = flows.takeOver(parents[0]);
            return sum == null ? backend.backward(op, inputs, forward, gradient) : backend.backwardOnto(op, inputs, forward, gradient, sum);
        }
    }

    private record GradientNode(String what, Ops ops, BiFunction<Ops, Tensor, Tensor> change, int[] parents) implements Node {

        /** What is passed on may be added to in place and released: it is never somebody else's tensor. */
        @Override
        public Tensor[] pullBack(Tensor gradient, Flows flows) {
            return new Tensor[] {ops.scale(change.apply(ops, gradient), 1)};
        }
    }

    /** Makes {@code tensor} of the inner backend an input of differentiation: from now on, using it is recorded. Returns it as recorded. */
    public Tensor watch(Tensor tensor) {
        Tracked tracked = watched.get(tensor);
        if (tracked == null) {
            tape.add(new Leaf());
            tracked = new Tracked(tensor, tape.size() - 1);
            watched.put(tensor, tracked);
        }
        return tracked;
    }

    /** How many results are on the tape. */
    public int recorded() {
        return tape.size();
    }

    /** From now on {@code other} is told of each result that a reverse pass comes to, by its number on the tape, before its gradient is passed on. */
    public void watchedBy(IntConsumer other) {
        reverse = other;
    }

    /** Whether the origin of {@code tensor} is on the tape, so that there is a gradient with respect to it. */
    public boolean tracks(Tensor tensor) {
        return node(tensor) >= 0;
    }

    /** The inner backend's tensor behind {@code tensor}. */
    public Tensor value(Tensor tensor) {
        return tensor instanceof Tracked tracked ? tracked.value : tensor;
    }

    /**
     * The gradients of a single number with respect to {@code targets}: watched tensors, or anything computed from them.
     *
     * @param output a tensor of one element
     * @return tensors of the inner backend; zeros where the output does not depend on a target
     */
    public Tensor[] gradients(Tensor output, List<? extends Tensor> targets) {
        return gradients(output, ops.constant(Scalar.ONE, output.shape(), output.dtype()), targets);
    }

    /** A change that would be passed over without a word is an error. */
    private static void requireNothingToChange(Node unreached) {
        if (unreached instanceof GradientNode node) {
            throw new IllegalStateException(Text.format("the gradient at %s is to be changed, but none flows back through it: what is differentiated does not depend on"
                    + " the value there", node.what));
        }
    }

    /** The gradients of Σ seed·output with respect to {@code targets}: a vector-Jacobian product. */
    public Tensor[] gradients(Tensor output, Tensor seed, List<? extends Tensor> targets) {
        Flows flows = new Flows(inner, innermost, tape.size());
        boolean[] wanted = new boolean[tape.size()];
        int[] nodes = new int[targets.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(targets.get(i));
            if (nodes[i] < 0) {
                throw new IllegalArgumentException(Text.format("gradients: target %d %s was never watched", i, targets.get(i).shape()));
            }
            wanted[nodes[i]] = true;
        }
        int last = node(output);
        if (last >= 0) {
            flows.begin(last, value(seed));
        }
        for (int n = tape.size() - 1; n > last; n--) {
            requireNothingToChange(tape.get(n));
        }
        for (int n = last; n >= 0; n--) {
            Node node = tape.get(n);
            Tensor gradient = flows.at(n);
            if (gradient == null) {
                requireNothingToChange(node);
                continue;
            }
            if (node.parents().length > 0) {
                reverse.accept(n);
                flows.pass(n, node.parents(), node.pullBack(gradient, flows));
            }
            if (!wanted[n]) {
                flows.drop(n);
            }
        }
        Tensor[] result = new Tensor[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            Tensor target = targets.get(i);
            Tensor gradient = flows.at(nodes[i]);
            result[i] = gradient != null ? gradient : ops.constant(Scalar.ZERO, target.shape(), target.dtype());
        }
        return result;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor[] values = values(inputs);
        Tensor output = inner.execute(op, values);
        int[] parents = parents(inputs);
        return parents == null || !VjpRules.isDifferentiable(op) ? output : record(new PrimitiveNode(ops, op, values, output, parents), output);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return innermost && inner.fuses(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        Tensor[] values = values(inputs);
        int[] parents = parents(inputs);
        Fused result = inner.runFused(op, save || parents != null, values);
        return parents == null ? result : new Fused(record(new FusedNode(inner, op, values, result, parents), result.output()), result.saved());
    }

    /** Nothing where gradients are recorded: the composition runs then, so that there are gradients with respect to the values inside it. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return innermost && parents(inputs) == null ? inner.runShowing(op, wanted, values(inputs)) : Optional.empty();
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        throw new IllegalStateException("kernels have no second derivative: differentiate the composition of " + op.name());
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        return backward(op, inputs, forward, gradient);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        requireUntracked(op, inputs);
        return inner.update(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        inputs.forEach(one -> requireUntracked(op, one));
        return inner.updateAll(op, inputs);
    }

    private void requireUntracked(UpdateOp op, Tensor... inputs) {
        if (parents(inputs) != null) {
            throw new IllegalStateException(Text.format("%s has no gradient, but its inputs are being differentiated", op.name()));
        }
    }

    @Override
    public Tensor onGradient(String what, Tensor value, BiFunction<Ops, Tensor, Tensor> change) {
        int[] parents = parents(value);
        if (parents == null) {
            throw new IllegalStateException(Text.format("the gradient at %s is to be changed, but none flows back from there: nothing is watched that the value is"
                    + " computed from", what));
        }
        return record(new GradientNode(what, ops, change, parents), value(value));
    }

    /** Asks {@code step} every time: a replay would leave nothing on the tape. A step that contains its tape is a routine of the inner backend. */
    @Override
    public Routine routine(Supplier<Tensor> step) {
        return step::get;
    }

    @Override
    public HostArray download(Tensor tensor) {
        return inner.download(value(tensor));
    }

    @Override
    public TensorScope openScope() {
        TensorScope scope = inner.openScope();
        return new TensorScope() {
            @Override
            public <T extends Tensor> T keep(T tensor) {
                scope.keep(value(tensor));
                return tensor;
            }

            @Override
            public void close() {
                scope.close();
            }
        };
    }

    /** Does nothing: the tape may need it. */
    @Override
    public void release(Tensor tensor) {}

    @Override
    public void close() {
        tape.clear();
        watched.clear();
    }

    private Tensor record(Node node, Tensor output) {
        tape.add(node);
        return new Tracked(output, tape.size() - 1);
    }

    private int node(Tensor tensor) {
        if (tensor instanceof Tracked tracked) {
            return tracked.node;
        }
        Tracked leaf = watched.get(tensor);
        return leaf == null ? -1 : leaf.node;
    }

    private Tensor[] values(Tensor... inputs) {
        Tensor[] values = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = value(inputs[i]);
        }
        return values;
    }

    /** The nodes of the inputs, or null where none is on the tape. */
    private int[] parents(Tensor... inputs) {
        int[] parents = null;
        for (int i = 0; i < inputs.length; i++) {
            int node = node(inputs[i]);
            if (node >= 0 && parents == null) {
                parents = new int[inputs.length];
                Arrays.fill(parents, -1);
            }
            if (node >= 0) {
                parents[i] = node;
            }
        }
        return parents;
    }
}
