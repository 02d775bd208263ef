package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.setting.Choice;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How deep each of the chapter's two blocks can be stacked, with and without warm-up. */
final class DepthStudy {

    private DepthStudy() {}

    static StudyDefinition definition() {
        Map<String, List<Object>> vary = new LinkedHashMap<>();
        vary.put("model.placement", List.of(Choice.of("pre"), Choice.of("post")));
        vary.put("model.n_layers", List.of(2, 6, 12, 24));
        vary.put("training.warmup", List.of(1, 75));
        Study study = Study.DEFAULT.named("depth")
                .asking("How deep can pre-norm and post-norm be stacked?",
                        "Pre-norm trains at every depth, with and without warm-up; post-norm of 12 layers and more stays at the loss of letter frequencies"
                                + " even with it.", StudyVerdict.HOLDS)
                .withTraining(TrainingSpec.DEFAULT.with(LR, 3e-3).with(STEPS, 300))
                .withVary(vary)
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study),
                List.of(new Plot.Across("model.n_layers", FINAL_LOSS, "Final loss by depth", Plot.Scale.LOG_X)));
    }

    private static List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        for (int layers : List.of(2, 6, 12, 24)) {
            for (int warmup : List.of(1, 75)) {
                conditions.add(every(Text.format("pre-norm's final loss at %d layers and warm-up %d, in nats,", layers, warmup),
                        Quantity.of(FINAL_LOSS, Text.format("placement=pre,n_layers=%d,warmup=%d", layers, warmup)), below(-0.2).from(Reference.UNIGRAM_ENTROPY)));
            }
        }
        for (int layers : List.of(12, 24)) {
            conditions.add(every(Text.format("post-norm's final loss at %d layers and warm-up 75, in nats,", layers),
                    Quantity.of(FINAL_LOSS, Text.format("placement=post,n_layers=%d,warmup=75", layers)), above(-0.2).from(Reference.UNIGRAM_ENTROPY)));
        }
        return conditions;
    }
}
