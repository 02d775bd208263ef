package example.reversal;

import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.train.TrainingSpec.BATCH;
import static io.fluxo.train.TrainingSpec.STEPS;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Bounds;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.setting.Choice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Can a model without attention give a sequence backwards? */
final class ReversalStudy {

    static final String TASK = "example-reverse";
    static final String NAME = "example-reversal";
    private static final String ACCURACY = "exam_accuracy";

    private ReversalStudy() {}

    static Study study() {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        variants.put("softmax", Map.of());
        variants.put("no-attention", Map.of("model.attention", Choice.of("none")));
        return Study.DEFAULT.named(NAME)
                .asking("Can a model give a sequence backwards without attention?",
                        "With attention most symbols are right; without it a model cannot know what was shown, and guesses.", StudyVerdict.HOLDS)
                .withTask(TaskSpec.DEFAULT.with(TaskSpec.KIND, TASK).with(TaskParts.SYMBOLS, 8).with(TaskParts.ITEMS, 6))
                .withModel(Study.DEFAULT.model().with(N_LAYERS, 2).with(D_MODEL, 32).with(N_HEADS, 2).with(N_CTX, 12))
                .withTraining(Study.DEFAULT.training().with(STEPS, 800).with(BATCH, 32))
                .withVariants(variants)
                .comparingOn(ACCURACY)
                .withConditions(List.of(Condition.every("", Quantity.of(ACCURACY, "softmax"), Bounds.above(0.9)),
                        Condition.every("", Quantity.of(ACCURACY, "no-attention"), Bounds.below(0.2))));
    }
}
