package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.train.TrainingSpec;
import java.util.List;
import java.util.Map;

/**
 * Elhage et al. 2021 and Olsson et al. 2022: a head that looks for what followed this token before needs another one below it that tells each
 * token its predecessor. Two layers of attention alone continue a repeated random sequence; one layer cannot.
 */
final class InductionStudy {

    private InductionStudy() {}

    static StudyDefinition definition() {
        Study study = Study.DEFAULT.named("induction")
                .asking("Does it take two layers of attention to continue a sequence that repeats itself?",
                        "Two attention-only layers continue repeated random sequences almost without error, one layer does not (Olsson et al. 2022).", StudyVerdict.HOLDS)
                .withTask(TaskSpec.DEFAULT.with(TaskSpec.KIND, "induction").with(TaskParts.SYMBOLS, 64).with(TaskParts.ITEMS, 32))
                .withModel(ModelSpec.DEFAULT.with(D_MODEL, 64).with(N_HEADS, 2).with(N_CTX, 64).with(FFN, false).with(NORM_AFFINE, true))
                .withTraining(TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(LR, 3e-3).with(WARMUP, 50).with(BATCH, 32).with(STEPS, 800))
                .withVary(Map.of("model.n_layers", List.of(1, 2)))
                .measuring("loss")
                .withConditions(conditions());
        return StudyDefinition.of(study);
    }

    private static List<Condition> conditions() {
        return List.of(
                every("two layers' loss on what repeats, in nats,", Quantity.of(FINAL_LOSS, "n_layers=2"), below(0.5)),
                every("one layer's loss on what repeats, in nats,", Quantity.of(FINAL_LOSS, "n_layers=1"), above(2)));
    }
}
