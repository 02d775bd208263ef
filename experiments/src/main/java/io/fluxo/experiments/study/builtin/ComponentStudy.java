package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each part of the block is worth: taken away one at a time, and some together, each variant with a learning rate of its own. Two of the
 * chapter's claims are read off it: that the residual connection facilitates training, and that the norm stabilises the flow of the gradient.
 */
final class ComponentStudy {

    private ComponentStudy() {}

    static StudyDefinition definition() {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        variants.put("full", Map.of());
        variants.put("no-attention", Map.of("model.attention", Choice.of("none")));
        variants.put("no-ffn", Map.of("model.ffn", false));
        variants.put("no-residual", Map.of("model.residual", ResidualKind.NONE));
        variants.put("no-norm", Map.of("model.placement", Choice.of("none")));
        variants.put("no-residual-no-norm", withoutNorms("model.residual", ResidualKind.NONE));
        variants.put("no-ffn-no-norm", withoutNorms("model.ffn", false));
        Study study = Study.DEFAULT.named("components")
                .asking("What is each part of the block worth?",
                        "Without the residual connection the model stays near the loss of letter frequencies, at any learning rate tried; without norms the"
                                + " gradient at initialisation grows or shrinks more from layer to layer.", StudyVerdict.HOLDS)
                .withTraining(TrainingSpec.DEFAULT.with(WARMUP, 50))
                .withVariants(variants)
                .withTune(new Tune(500, Map.of("training.lr", List.of(3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)), Map.of()).extended(2).withSeeds(3))
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study, List.of("residual-trains", "ln-gradient")));
    }

    /** In the order in which they are written: that of {@code Map.of} differs from run to run. */
    private static Map<String, Object> withoutNorms(String key, Object value) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model.placement", Choice.of("none"));
        values.put(key, value);
        return values;
    }

    private static List<Condition> conditions() {
        return List.of(
                every("the final loss without the residual connection less that with it, in nats,", Quantity.difference(FINAL_LOSS, "no-residual", "full"), above(0.2)),
                every("the spread of the stream's gradient over the layers at the first step without norms, as a multiple of that with them,",
                        Quantity.ratio(Condition.SPREAD_AT_START, "no-norm", "full"), above(1)));
    }
}
