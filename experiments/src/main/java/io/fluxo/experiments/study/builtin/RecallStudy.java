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
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.setting.Choice;
import io.fluxo.train.TrainingSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The chapter's Theorem 2, as far as it can be trained: contextual modulation lets a transformer hold dependencies that n-grams cannot represent,
 * and that recurrent networks find hard to learn. The measure is the accuracy on 32 pairs, of which a recurrent model has to carry all in its
 * state.
 */
final class RecallStudy {

    private static final String ACCURACY = "accuracy_at_32_pairs";

    /** One of 64 values by guessing is 0.016; more than this is not guessing (standard error of 2,048 answers: 0.003). */
    private static final double CHANCE = 0.04;

    private RecallStudy() {}

    static StudyDefinition definition() {
        Map<String, Map<String, Object>> variants = new LinkedHashMap<>();
        variants.put("transformer-pre", Map.of("model.placement", Choice.of("pre")));
        variants.put("transformer-post", Map.of("model.placement", Choice.of("post")));
        variants.put("no-attention", Map.of("model.attention", Choice.of("none")));
        variants.put("gru", Map.of("model.family", Family.GRU));
        variants.put("rnn", Map.of("model.family", Family.RNN));
        variants.put("ngram", Map.of("model.family", Family.NGRAM));
        Map<String, List<Object>> tuned = new LinkedHashMap<>();
        tuned.put("training.lr", List.of(1e-3, 3e-3, 1e-2, 3e-2));
        tuned.put("model.d_model", List.of(64, 104));
        Study study = Study.DEFAULT.named("recall")
                .asking("Does attention recall what was said before, where n-grams cannot and recurrent networks find it hard to learn?",
                        "Two layers of attention recall 32 pairs with at least 95 % accuracy, pre-norm and post-norm; without attention, and by n-grams, it"
                                + " stays at chance; a tuned GRU and a tuned RNN stay below 60 % (Theorem 2).", StudyVerdict.HOLDS)
                .withTask(TaskSpec.DEFAULT.with(TaskSpec.KIND, "recall"))
                .withModel(ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 64).with(N_HEADS, 2).with(D_MLP, 256).with(N_CTX, 64).with(NORM_AFFINE, true))
                .withTraining(TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(BETAS, List.of(0.9, 0.999)).with(EPSILON, 1e-8).with(LR, 3e-3).with(WARMUP, 100).with(SCHEDULE, "cosine").with(WEIGHT_DECAY, 0.01).with(BATCH, 32).with(STEPS, 1000))
                .withVariants(variants)
                .withTune(new Tune(300, tuned, Map.of("ngram", Map.of("model.ngram_order", List.of(2, 3, 4))), Map.of("model.d_model",
                        "the widths are the same for all, so that parameters stay comparable; the widest transformer has the most")).extended(2))
                .comparingOn(ACCURACY)
                .measuring("loss")
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study, Collections.nCopies(study.conditions().size(), "theorem-2-trained")),
                List.of(new Plot.Along("accuracy_by_pairs", "Accuracy by the number of pairs", Plot.Scale.LOG_X)));
    }

    private static List<Condition> conditions() {
        return List.of(
                every("pre-norm's accuracy on 32 pairs", Quantity.of(ACCURACY, "transformer-pre"), above(0.95)),
                every("post-norm's accuracy on 32 pairs", Quantity.of(ACCURACY, "transformer-post"), above(0.95)),
                every("the accuracy without attention", Quantity.of(ACCURACY, "no-attention"), below(CHANCE)),
                every("the n-gram's accuracy", Quantity.of(ACCURACY, "ngram"), below(CHANCE)),
                every("the tuned GRU's accuracy", Quantity.of(ACCURACY, "gru"), below(0.6)),
                every("the tuned RNN's accuracy", Quantity.of(ACCURACY, "rnn"), below(0.6)));
    }
}
