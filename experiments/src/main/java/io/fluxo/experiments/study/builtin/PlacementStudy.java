package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Condition.mean;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.setting.Choice;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every placement of the norms at equal compute, each with the learning rate that the same small budget finds best for it. */
final class PlacementStudy {

    private static final List<String> PLACEMENTS = List.of("pre", "post", "none", "sandwich", "res_post", "deep_norm", "resi_dual", "mix_ln", "ln_scaling",
            "parallel", "norm_former", "rezero");

    private PlacementStudy() {}

    static StudyDefinition definition() {
        Study study = Study.DEFAULT.named("placements")
                .asking("Which placements of the norms train, and which best, if each may choose its learning rate?",
                        "With warm-up and a learning rate of its own, every placement learns more than letter frequencies, and those that leave the stream"
                                + " alone (pre-norm and its kin) no less than post-norm.", StudyVerdict.HOLDS)
                .withTraining(TrainingSpec.DEFAULT.with(WARMUP, 50))
                .withVary(Map.of("model.placement", PLACEMENTS.stream().<Object>map(Choice::of).toList()))
                .withTune(new Tune(500, Map.of("training.lr", List.of(3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)), Map.of()).extended(2).withSeeds(3))
                .withConditions(conditions());
        return StudyDefinition.of(study);
    }

    private static List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        PLACEMENTS.forEach(placement -> conditions.add(every(Text.format("the final loss of %s, in nats,", placement),
                Quantity.of(FINAL_LOSS, "placement=" + placement), below(-0.1).from(Reference.UNIGRAM_ENTROPY))));
        conditions.add(mean("pre-norm's final loss less post-norm's, in nats,", Quantity.difference(FINAL_LOSS, "placement=pre", "placement=post"), below(0.05)));
        return conditions;
    }
}
