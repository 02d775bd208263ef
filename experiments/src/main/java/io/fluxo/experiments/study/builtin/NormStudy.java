package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.mean;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.setting.Choice;
import io.fluxo.train.TrainingSpec;
import java.util.List;
import java.util.Map;

/** The kind of norm in the same place, each with a learning rate of its own. */
final class NormStudy {

    private NormStudy() {}

    static StudyDefinition definition() {
        Study study = Study.DEFAULT.named("norms")
                .asking("Does it matter which norm a pre-norm model has?",
                        "RMSNorm does as well as LayerNorm, to a tenth of a nat: re-centring is not what a norm is for (Zhang and Sennrich 2019).", StudyVerdict.HOLDS)
                .withTraining(TrainingSpec.DEFAULT.with(WARMUP, 50))
                .withVary(Map.of("model.norm", List.of(Choice.of("layer_norm"), Choice.of("rms_norm"), Choice.of("dynamic_tanh"), Choice.of("batch_norm"), Choice.of("none"))))
                .withTune(new Tune(500, Map.of("training.lr", List.of(3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)), Map.of()).extended(2).withSeeds(3))
                .withConditions(conditions());
        return StudyDefinition.of(study);
    }

    private static List<Condition> conditions() {
        Quantity difference = Quantity.difference(FINAL_LOSS, "norm=rms_norm", "norm=layer_norm");
        return List.of(mean("RMSNorm's final loss less LayerNorm's, in nats,", difference, below(0.1)),
                mean("RMSNorm's final loss less LayerNorm's, in nats,", difference, above(-0.1)));
    }
}
