package io.fluxo.train;

import io.fluxo.layer.Parameter;
import io.fluxo.op.UpdateOp;
import io.fluxo.plugin.Part;
import io.fluxo.setting.Key;
import io.fluxo.setting.PartKind;
import java.util.List;

/** An update rule: what {@code optimizer: NAME} stands for. */
@FunctionalInterface
public interface OptimizerKind extends Part<OptimizerKind> {

    PartKind<OptimizerKind> KIND = Part.kind("optimizer", OptimizerKind.class, OptimizerKind::unread);

    /** w − lr·(g + decay·w). */
    OptimizerKind SGD = new OptimizerKind() {
        @Override
        public UpdateRule rule(TrainingSpec spec, double decay) {
            return new UpdateRule.Operation(new UpdateOp.SgdStep(decay), 0);
        }

        @Override
        public List<Key<?>> unread() {
            return List.of(TrainingSpec.BETAS, TrainingSpec.EPSILON);
        }
    };

    /** Adam (Kingma and Ba 2015); decay is added to the gradient. */
    OptimizerKind ADAM = (spec, decay) -> adam(spec, decay, false);

    /** AdamW (Loshchilov and Hutter 2019); decay is taken from the weights. */
    OptimizerKind ADAMW = (spec, decay) -> adam(spec, decay, true);

    /**
     * The rule that updates a parameter at each step.
     *
     * @param decay the parameter's weight decay; 0 for one that does not decay
     */
    UpdateRule rule(TrainingSpec spec, double decay);

    /** The rule for one parameter, where parameters have different ones. */
    default UpdateRule rule(TrainingSpec spec, double decay, Parameter parameter) {
        return rule(spec, decay);
    }

    /** The keys of {@link TrainingSpec} that it does not read. */
    default List<Key<?>> unread() {
        return List.of();
    }

    private static UpdateRule adam(TrainingSpec spec, double decay, boolean decoupled) {
        List<Double> betas = spec.get(TrainingSpec.BETAS);
        return new UpdateRule.Operation(new UpdateOp.AdamStep(betas.get(0), betas.get(1), spec.get(TrainingSpec.EPSILON), decay, decoupled), 2);
    }
}
