package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.train.Cosine;
import io.fluxo.train.TrainingSpec;
import java.util.List;
import java.util.Map;

/**
 * nanoGPT's run for a computer without a GPU, with its own protocol: GPT-2's initialisation and tied head, no biases, AdamW(.9, .99) with decay .1 of matrices, warm-up 100, cosine from 1e-3 to 1e-4,
 * gradients clipped to 1.
 */
final class NanoGpt extends Claim {

    private static final int STEPS_ALL = 2000;
    private static final int SMOOTH = 40;

    NanoGpt() {
        super(Statement.of("nanogpt-cpu", "A character model of 0.8 million parameters reaches a validation loss of 1.88 in 2,000 steps on a CPU")
                .said(Citation.of("Karpathy, nanoGPT, README: \"I only have a macbook\""))
                .group("trained")
                .about(Scope.NONE)
                .over("4 layers, 4 heads, d = 128, 64 characters, 12 sequences a step, Tiny Shakespeare, dropout 0", "one seed")
                .expected(Verdict.HOLDS)
                .by("training on simd", "loss on the last tenth of the text")
                .takes(100)
                .refutesNone("none: one training takes minutes"));
    }

    @Override
    public boolean needsInput() {
        return true;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Shakespeare.on(apparatus, (task, _) -> check(apparatus, task));
    }

    private static Finding check(Apparatus apparatus, Task task) {
        ModelSpec model = ModelSpec.DEFAULT.with(N_LAYERS, 4).with(D_MODEL, 128).with(N_HEADS, 4).with(D_MLP, 512).with(N_CTX, 64).with(ACT_FN, "gelu").with(BIAS, false)
                .with(NORM_AFFINE, true).with(TIED_HEAD, true).with(INIT, "gpt2").with(EMBED_STD, 0.02);
        TrainingSpec training = TrainingSpec.DEFAULT.withAll(Map.of(SCHEDULE.name(), Choice.of("cosine").with(Cosine.LEAST, 0.1)))
                .with(OPTIMIZER, "adamw").with(BETAS, List.of(0.9, 0.99)).with(EPSILON, 1e-8).with(LR, 1e-3).with(WARMUP, 100).with(WEIGHT_DECAY, 0.1).with(CLIP, 1.0)
                .with(BATCH, 12).with(STEPS, STEPS_ALL);
        try (Lesson lesson = new Lesson(apparatus, model, training, task, RandomKey.of(apparatus.seed())).run(t -> apparatus.done((double) t / STEPS_ALL))) {
            return new Figures().add(Figure.atMost("validation loss after 2,000 steps", 1.90, lesson.validation(20))).finding("validation loss ≤ 1.90 (1.88)").drawn(
                    Chart.of("training loss", "step", "nats per character").measured("mean of 40 steps", Lesson.marks(STEPS_ALL, SMOOTH), lesson.smoothed(SMOOTH)));
        }
    }
}
