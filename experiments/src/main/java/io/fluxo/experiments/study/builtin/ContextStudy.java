package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.setting.Choice;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What more context is worth, by who can use it: the loss at each position of a text that was kept back. A model without attention knows the last
 * character alone, and uniform attention which characters there were; an n-gram knows the last few in their order.
 */
final class ContextStudy {

    private static final int STEPS = 800;
    private static final String BY_POSITION = "loss_by_position";

    private ContextStudy() {}

    static StudyDefinition definition() {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        variants.put("attention", Map.of());
        variants.put("uniform", Map.of("model.attention", Choice.of("uniform")));
        variants.put("no-attention", Map.of("model.attention", Choice.of("none")));
        variants.put("gru", Map.of("model.family", Family.GRU));
        variants.put("ngram", Map.of("model.family", Family.NGRAM));
        Study study = Study.DEFAULT.named("context")
                .asking("What does a model gain from context, and what of it is attention's?",
                        "With attention the loss falls along the context; without it, every position is as hard as the first.", StudyVerdict.HOLDS)
                .withModel(ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 64).with(N_HEADS, 2).with(D_MLP, 256).with(N_CTX, 64).with(NORM_AFFINE, true).with(NGRAM_ORDER, 5))
                .withTraining(TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(LR, 3e-3).with(WARMUP, 50).with(BATCH, 16).with(TrainingSpec.STEPS, STEPS).with(EVAL_EVERY, STEPS))
                .withVariants(variants)
                .comparingOn("exam_loss")
                .measuring("loss")
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study), List.of(new Plot.Along(BY_POSITION, "Loss by position", Plot.Scale.LOG_X)));
    }

    private static List<Condition> conditions() {
        return List.of(
                every("what attention gains from position 1 to 64, in nats,", Quantity.fall(BY_POSITION, 1, 64, "attention"), above(0.3)),
                every("what a model without attention gains from position 1 to 64, in nats,", Quantity.fall(BY_POSITION, 1, 64, "no-attention"), below(0.1)));
    }
}
