package io.fluxo.experiments.study;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
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
                .withTask(TaskSpec.DEFAULT.withKind(TaskSpec.Kind.INDUCTION).withItems(64, 32))
                .withModel(ModelSpec.builder().dModel(64).nHeads(2).nCtx(64).ffn(false).normAffine(true).build())
                .withTraining(new TrainingSpec(TrainingSpec.Optimizer.ADAMW, List.of(0.9, 0.98), 1e-9, 3e-3, 50, TrainingSpec.Schedule.CONSTANT, 0,
                        TrainingSpec.Decay.MATRICES, 0, 32, 800, 0))
                .withVary(Map.of("model.n_layers", List.of(1, 2)))
                .measuring("loss")
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study));
    }

    private static List<Condition> conditions() {
        return List.of(
                every("two layers' loss on what repeats, in nats,", Quantity.of(FINAL_LOSS, "n_layers=2"), below(0.5)),
                every("one layer's loss on what repeats, in nats,", Quantity.of(FINAL_LOSS, "n_layers=1"), above(2)));
    }
}
