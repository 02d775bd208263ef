package io.fluxo.experiments.study;

import static io.fluxo.experiments.spec.Study.FINAL_LOSS;
import static io.fluxo.experiments.study.Evidence.Bound.ABOVE;
import static io.fluxo.experiments.study.Evidence.Bound.BELOW;
import static io.fluxo.experiments.study.Evidence.every;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.Judgement.Criterion;
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
        vary.put("model.placement", List.of("pre", "post"));
        vary.put("model.n_layers", List.of(2, 6, 12, 24));
        vary.put("training.warmup", List.of(1, 75));
        Study study = Study.DEFAULT.named("depth")
                .asking("How deep can pre-norm and post-norm be stacked?",
                        "Pre-norm trains at every depth, with and without warm-up; post-norm of 12 layers and more stays at the loss of letter frequencies"
                                + " even with it.", StudyVerdict.HOLDS)
                .withTraining(new TrainingSpec(TrainingSpec.Optimizer.ADAM, List.of(0.9, 0.98), 1e-9, 3e-3, 1, TrainingSpec.Schedule.CONSTANT, 0,
                        TrainingSpec.Decay.MATRICES, 0, 4, 300, 0))
                .withVary(vary);
        return new StudyDefinition(study, new Conditions(study, DepthStudy::conditions),
                List.of(new Plot.Across("model.n_layers", FINAL_LOSS, "Final loss by depth", Plot.Scale.LOG_X)));
    }

    private static List<Criterion> conditions(Evidence evidence) {
        double entropy = evidence.unigramEntropy().orElseThrow();
        List<Criterion> criteria = new ArrayList<>();
        for (int layers : List.of(2, 6, 12, 24)) {
            for (int warmup : List.of(1, 75)) {
                criteria.add(every(Text.format("pre-norm's final loss at %d layers and warm-up %d, in nats,", layers, warmup),
                        evidence.values(Text.format("placement=pre,n_layers=%d,warmup=%d", layers, warmup), FINAL_LOSS), BELOW, entropy - 0.2));
            }
        }
        for (int layers : List.of(12, 24)) {
            criteria.add(every(Text.format("post-norm's final loss at %d layers and warm-up 75, in nats,", layers),
                    evidence.values(Text.format("placement=post,n_layers=%d,warmup=75", layers), FINAL_LOSS), ABOVE, entropy - 0.2));
        }
        return criteria;
    }
}
