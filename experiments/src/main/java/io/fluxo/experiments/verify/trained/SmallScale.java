package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.train.Cosine;
import io.fluxo.train.TrainingSpec;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The model and training at which architectures are compared: 4 pre-norm blocks, d = 64, 4 heads, ReLU networks of 256, 32 characters, 8 sequences a step, Xavier, embeddings of standard deviation .5; AdamW(.9, .98), warm-up 100,
 * then a cosine to a tenth, gradients clipped to 1; validation on 24 × 64 windows.
 */
final class SmallScale {

    static final ModelSpec MODEL = ModelSpec.DEFAULT.with(N_LAYERS, 4).with(D_MODEL, 64).with(N_HEADS, 4).with(D_MLP, 256).with(N_CTX, 32).with(NORM_AFFINE, true).with(BIAS, false);

    private static final int ROWS = 64;
    private static final int BATCHES = 24;

    private SmallScale() {}

    /** @param rate the learning rate at its peak */
    static TrainingSpec training(double rate, int steps) {
        return TrainingSpec.DEFAULT.withAll(Map.of(SCHEDULE.name(), Choice.of("cosine").with(Cosine.LEAST, 0.1)))
                .with(OPTIMIZER, "adamw").with(LR, rate).with(WARMUP, 100).with(CLIP, 1.0).with(BATCH, 8).with(STEPS, steps);
    }

    /** Trains {@code model} and returns its loss on text that was kept back, in nats per character. */
    static double validation(Apparatus apparatus, ModelSpec model, TrainingSpec training, CharacterText text, int seed, IntConsumer done) {
        try (Lesson lesson = new Lesson(apparatus, model, training, text, RandomKey.of(seed)).run(done)) {
            return validation(lesson);
        }
    }

    static double validation(Lesson lesson) {
        return lesson.validation(BATCHES, ROWS);
    }
}
