package io.fluxo.experiments.study.builtin;

import static io.fluxo.experiments.spec.Condition.Bounds.above;
import static io.fluxo.experiments.spec.Condition.Bounds.below;
import static io.fluxo.experiments.spec.Condition.every;
import static io.fluxo.experiments.spec.Condition.mean;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.inspect.measure.InstrumentMeasures;
import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Inquiry;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.BuiltInConditions;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.train.TrainingSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Twins that differ in where their norms stand, and in nothing else: the same seed, the same text. They learn about as much; instruments say where in them the answer is made.
 * Under post-norm each norm shrinks what came before it, so that the last block should have most of the end and a lens should be right late.
 */
final class TwinsStudy {

    private static final int STEPS = 1000;
    private static final int LAYERS = 4;
    private static final String PRE = "placement=pre";
    private static final String POST = "placement=post";

    private TwinsStudy() {}

    static StudyDefinition definition() {
        Study study = Study.DEFAULT.named("twins")
                .asking("What differs within a pre-norm and a post-norm model that learn the same?",
                        "They learn about as much; under post-norm the lens is right later, the embedding has less of the stream's end, and the last block more.", StudyVerdict.HOLDS)
                .withModel(ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, 64).with(N_HEADS, 4).with(D_MLP, 256).with(N_CTX, 64).with(ACT_FN, "gelu").with(NORM_AFFINE, true))
                .withTraining(TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(LR, 2e-3).with(WARMUP, 200).with(SCHEDULE, "cosine").with(CLIP, 1.0).with(BATCH, 16)
                        .with(TrainingSpec.STEPS, STEPS).with(EVAL_EVERY, STEPS))
                .withVary(Map.of("model.placement", List.of(Choice.of("pre"), Choice.of("post"))))
                .comparingOn(Study.VALIDATION_LOSS)
                .measuring(Inquiry.LOSS, InstrumentMeasures.LENS_KL_BY_LAYER.label(), InstrumentMeasures.CONTRIBUTION_NORM_BY_LAYER.label(), InstrumentMeasures.INDUCTION_SCORE.label())
                .withConditions(conditions());
        return new StudyDefinition(study, new BuiltInConditions(study), List.of(
                new Plot.Along(InstrumentMeasures.LENS_KL_BY_LAYER.label(), "KL(final ‖ lens), nats, by layer", Plot.Scale.LINEAR),
                new Plot.Along(InstrumentMeasures.CONTRIBUTION_NORM_BY_LAYER.label(), "Part of the stream's end, by layer", Plot.Scale.LINEAR)));
    }

    private static List<Condition> conditions() {
        Quantity learnt = Quantity.difference(Study.VALIDATION_LOSS, POST, PRE);
        return List.of(
                mean("post-norm's validation loss less pre-norm's, in nats,", learnt, below(0.1)),
                mean("post-norm's validation loss less pre-norm's, in nats,", learnt, above(-0.1)),
                every("the lens's KL half-way, post-norm's less pre-norm's, in nats,", difference(InstrumentMeasures.LENS_KL_BY_LAYER, LAYERS / 2), above(0)),
                every("the embedding's part of the stream's end, post-norm's less pre-norm's,", difference(InstrumentMeasures.CONTRIBUTION_NORM_BY_LAYER, 0), below(0)),
                every("the last block's part of the stream's end, post-norm's less pre-norm's,", difference(InstrumentMeasures.CONTRIBUTION_NORM_BY_LAYER, LAYERS), above(0)));
    }

    private static Quantity difference(InstrumentMeasure measure, int layer) {
        return new Quantity(measure.label(), OptionalDouble.of(layer), POST, new Against.Less(PRE));
    }
}
