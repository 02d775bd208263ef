package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Projection;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Applies gradients to parameters, by the update rule and schedule of a {@link TrainingSpec}. Its state lives in the scope that is open when
 * it is made.
 */
final class Optimizer {

    private final Backend backend;
    private final Ops ops;
    private final TrainingSpec spec;
    private final LearningRate learningRate;
    private final OptimizerKind kind;
    private final List<Projection> projections;
    private final List<Slot> slots = new ArrayList<>();
    /** Which slots have the same rule. */
    private final Map<UpdateRule, List<Integer>> together = new LinkedHashMap<>();
    private Tensor rates;

    Optimizer(Backend backend, TrainingSpec spec, Catalog catalog, List<Parameter> parameters, List<Projection> projections) {
        this.backend = backend;
        this.ops = new Ops(backend);
        this.spec = spec;
        this.learningRate = LearningRate.of(spec, catalog);
        this.projections = List.copyOf(projections);
        this.kind = catalog.part(OptimizerKind.KIND, spec.get(TrainingSpec.OPTIMIZER));
        for (Parameter parameter : parameters) {
            UpdateRule rule = rule(parameter);
            together.computeIfAbsent(rule, _ -> new ArrayList<>()).add(slots.size());
            slots.add(new Slot(parameter, state(parameter, rule.slots())));
        }
        rates = backend.upload(rates(1));
    }

    /** A parameter and its update's state: Adam's two moments. */
    private record Slot(Parameter parameter, Tensor[] state) {

        /** What the update takes. */
        Tensor[] inputs(Tensor gradient, Tensor rates) {
            Tensor[] inputs = new Tensor[state.length + 3];
            inputs[0] = parameter.value();
            System.arraycopy(state, 0, inputs, 1, state.length);
            inputs[state.length + 1] = gradient;
            inputs[state.length + 2] = rates;
            return inputs;
        }

        void set(Tensor[] outputs) {
            parameter.set(outputs[0]);
            System.arraycopy(outputs, 1, state, 0, state.length);
        }
    }

    /** Gets ready for step {@code t}, from 1. */
    void prepare(int t) {
        rates = backend.update(new UpdateOp.Assign(), rates, backend.upload(rates(t)))[0];
    }

    /**
     * Takes the step that was prepared last, then projects what layers ask to be projected.
     *
     * @param gradients one for each parameter, in order
     */
    void step(Tensor[] gradients) {
        together.forEach((rule, members) -> {
            switch (rule) {
                case UpdateRule.Operation(UpdateOp op, int _) -> {
                    List<Tensor[]> inputs = members.stream().map(i -> slots.get(i).inputs(gradients[i], rates)).toList();
                    List<Tensor[]> outputs = backend.updateAll(op, inputs);
                    for (int i = 0; i < members.size(); i++) {
                        slots.get(members.get(i)).set(outputs.get(i));
                    }
                }
                case UpdateRule.Composition(UpdateRule.UpdateStep step, int _) -> members.forEach(i -> compose(step, slots.get(i), gradients[i]));
            }
        });
        projections.forEach(this::project);
    }

    /** The update's state is left as it is: it belongs to gradients, and not to where the parameter lies. */
    private void project(Projection projection) {
        Parameter parameter = projection.parameter();
        Tensor value = parameter.value();
        Tensor projected = projection.onto().of(ops, value);
        if (projected == null || !projected.shape().equals(value.shape()) || projected.dtype() != value.dtype()) {
            throw new BrokenPartException(Text.format("the projection of %s, which is %s, returned %s", parameter.name(), described(value), projected == null ? "null" : described(projected)));
        }
        parameter.set(assign(value, projected == value ? ops.scale(value, 1) : projected));
    }

    private static String described(Tensor tensor) {
        return tensor.dtype().label() + " " + tensor.shape();
    }

    /** A step in operations, whose results are assigned to parameter and state. */
    private void compose(UpdateRule.UpdateStep step, Slot slot, Tensor gradient) {
        Tensor rate = ops.squeeze(ops.slice(rates, 0, Dim.of(0), Dim.ONE), 0);
        Tensor[] next = step.next(ops, slot.parameter.value(), slot.state.clone(), gradient, rate);
        requireKept(next, slot);
        List<Tensor> former = Stream.concat(Stream.of(slot.parameter.value()), Arrays.stream(slot.state)).toList();
        next = Arrays.stream(next).map(tensor -> former.contains(tensor) ? ops.scale(tensor, 1) : tensor).toArray(Tensor[]::new); // a copy: places are taken one after the other
        Tensor[] outputs = new Tensor[next.length];
        outputs[0] = assign(slot.parameter.value(), next[0]);
        for (int i = 1; i < next.length; i++) {
            outputs[i] = assign(slot.state[i - 1], next[i]);
        }
        slot.set(outputs);
    }

    /** A step returns the parameter and all of its state, in their shapes. */
    private void requireKept(Tensor[] next, Slot slot) {
        if (next == null || next.length != slot.state.length + 1) {
            throw broken(Text.format("returned %s from a step, and has to return the parameter and %s of state", next == null ? "null" : Text.count(next.length, "tensor"),
                    Text.count(slot.state.length, "tensor")));
        }
        for (Tensor tensor : next) {
            if (tensor == null || !tensor.shape().equals(slot.parameter.shape()) || tensor.dtype() != slot.parameter.value().dtype()) {
                throw broken(Text.format("returned %s from a step on %s, which is %s", tensor == null ? "null" : described(tensor), slot.parameter.name(),
                        described(slot.parameter.value())));
            }
        }
    }

    private Tensor assign(Tensor place, Tensor value) {
        return backend.update(new UpdateOp.Assign(), place, value)[0];
    }

    /** lr, 1 − β₁ᵗ, 1 − β₂ᵗ. */
    private HostArray rates(int t) {
        List<Double> betas = spec.get(TrainingSpec.BETAS);
        double[] rates = {learningRate.at(t), 1 - StrictMath.pow(betas.get(0), t), 1 - StrictMath.pow(betas.get(1), t)};
        return HostArray.of(Shape.of(3), slots.getFirst().parameter.value().dtype(), rates);
    }

    /** The state that the next step depends on besides the parameters, under distinct names: Adam's moments. */
    Map<String, Tensor> state() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (Slot slot : slots) {
            for (int i = 0; i < slot.state.length; i++) {
                named.put(name(slot, i), slot.state[i]);
            }
        }
        return named;
    }

    /** Restores the state from {@code values}, which has every name of {@link #state}. */
    void restore(Function<String, Tensor> values) {
        for (Slot slot : slots) {
            for (int i = 0; i < slot.state.length; i++) {
                slot.state[i] = values.apply(name(slot, i));
            }
        }
    }

    private static String name(Slot slot, int i) {
        return Text.format("optimizer.%d.%s", i, slot.parameter.name());
    }

    private UpdateRule rule(Parameter parameter) {
        boolean decays = switch (spec.get(TrainingSpec.DECAY)) {
            case ALL -> true;
            case MATRICES -> parameter.shape().rank() >= 2;
        };
        UpdateRule rule = kind.rule(spec, decays ? spec.get(TrainingSpec.WEIGHT_DECAY) : 0, parameter);
        if (rule == null || rule.slots() < 0) {
            throw broken(Text.format("returned %s instead of an update rule", rule));
        }
        return rule;
    }

    private BrokenPartException broken(String what) {
        return new BrokenPartException(Text.format("the optimizer '%s' %s", spec.get(TrainingSpec.OPTIMIZER), what));
    }

    private Tensor[] state(Parameter parameter, int slots) {
        Tensor[] state = new Tensor[slots];
        Arrays.setAll(state, _ -> zeros(parameter));
        return state;
    }

    private Tensor zeros(Parameter parameter) {
        return backend.upload(HostArray.of(parameter.shape(), parameter.value().dtype(), new double[parameter.shape().elements()]));
    }
}
