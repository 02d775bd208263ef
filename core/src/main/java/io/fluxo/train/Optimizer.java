package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Parameter;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Applies gradients to parameters, by the update rule and schedule of a {@link TrainingSpec}. Its state lives in the scope that is open when
 * it is made.
 */
final class Optimizer {

    private final Backend backend;
    private final TrainingSpec spec;
    private final List<Slot> slots = new ArrayList<>();
    /** Which slots have the same rule. */
    private final Map<UpdateOp, List<Integer>> together = new LinkedHashMap<>();
    private Tensor rates;

    Optimizer(Backend backend, TrainingSpec spec, List<Parameter> parameters) {
        this.backend = backend;
        this.spec = spec;
        for (Parameter parameter : parameters) {
            together.computeIfAbsent(rule(parameter), _ -> new ArrayList<>()).add(slots.size());
            slots.add(new Slot(parameter, state(parameter)));
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
     * The step that was prepared last.
     *
     * @param gradients one for each parameter, in order
     */
    void step(Tensor[] gradients) {
        together.forEach((rule, members) -> {
            List<Tensor[]> inputs = members.stream().map(i -> slots.get(i).inputs(gradients[i], rates)).toList();
            List<Tensor[]> outputs = backend.updateAll(rule, inputs);
            for (int i = 0; i < members.size(); i++) {
                slots.get(members.get(i)).set(outputs.get(i));
            }
        });
    }

    /** lr, 1 − β₁ᵗ, 1 − β₂ᵗ. */
    private HostArray rates(int t) {
        double[] rates = {spec.learningRate(t), 1 - StrictMath.pow(spec.betas().get(0), t), 1 - StrictMath.pow(spec.betas().get(1), t)};
        return HostArray.of(Shape.of(3), slots.getFirst().parameter.value().dtype(), rates);
    }

    /** What the next step depends on besides the parameters, under names that are distinct: Adam's moments. */
    Map<String, Tensor> state() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (Slot slot : slots) {
            for (int i = 0; i < slot.state.length; i++) {
                named.put(name(slot, i), slot.state[i]);
            }
        }
        return named;
    }

    /** Goes on from {@code values}, which has what {@link #state} had. */
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

    private UpdateOp rule(Parameter parameter) {
        boolean decays = switch (spec.decay()) {
            case ALL -> true;
            case MATRICES -> parameter.shape().rank() >= 2;
        };
        double decay = decays ? spec.weightDecay() : 0;
        return switch (spec.optimizer()) {
            case SGD -> new UpdateOp.SgdStep(decay);
            case ADAM -> new UpdateOp.AdamStep(spec.betas().get(0), spec.betas().get(1), spec.epsilon(), decay, false);
            case ADAMW -> new UpdateOp.AdamStep(spec.betas().get(0), spec.betas().get(1), spec.epsilon(), decay, true);
        };
    }

    private Tensor[] state(Parameter parameter) {
        return switch (spec.optimizer()) {
            case SGD -> new Tensor[0];
            case ADAM, ADAMW -> new Tensor[] {zeros(parameter), zeros(parameter)};
        };
    }

    private Tensor zeros(Parameter parameter) {
        return backend.upload(HostArray.of(parameter.shape(), parameter.value().dtype(), new double[parameter.shape().elements()]));
    }
}
