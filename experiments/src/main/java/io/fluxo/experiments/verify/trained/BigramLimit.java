package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.train.Schedule;
import io.fluxo.train.TrainingSpec;
import java.util.Arrays;

/**
 * Without layers a model sees one token and predicts the next, so its best is the conditional entropy of bigrams. The loss is computed exactly, from the counts of the text and the model's
 * answer to each of its characters: a batch's loss wobbles by .02.
 */
final class BigramLimit extends Claim {

    BigramLimit() {
        super(Statement.of("bigram-limit", "A model without layers learns the bigram statistics of its text, and no more")
                .said(Citation.of("Elhage et al. (2021), Zero-Layer Transformers"))
                .group("trained")
                .about(Scope.NONE)
                .over("d = 64, Adam at 1e-2 falling to 0, 16 × 64 characters a step, 1,000 steps, first 90 % of Tiny Shakespeare", "one seed")
                .expected(Verdict.HOLDS)
                .by("training on simd", "exact cross-entropy over the counts of all bigrams")
                .takes(8)
                .refutes(Fault.of("mutant-never-warm", "the learning rate is a thousandth of what it should be", Schedule.KIND, "cosine", (t, warmup, steps) -> 1e-3)));
    }

    @Override
    public boolean needsInput() {
        return true;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Shakespeare.on(apparatus, (task, text) -> check(apparatus, task, text));
    }

    private static Finding check(Apparatus apparatus, Task task, CharacterText text) {
        ModelSpec model = ModelSpec.DEFAULT.with(N_LAYERS, 0).with(D_MODEL, 64).with(N_CTX, 64).with(POSITIONS, "none").with(FINAL_NORM, FinalNorm.NEVER);
        TrainingSpec training = TrainingSpec.DEFAULT.with(LR, 1e-2).with(SCHEDULE, "cosine").with(BATCH, 16).with(STEPS, 1000);
        double[][] counts = counts(text);
        double entropy = entropy(counts);
        try (Lesson lesson = new Lesson(apparatus, model, training, task, RandomKey.of(apparatus.seed())).run(t -> apparatus.done(t / 1000.0))) {
            double excess = crossEntropy(counts, lesson) - entropy;
            return new Figures().add(Figure.within("conditional entropy of the text", 2.4519, entropy, 1e-4)).add(Figure.between("excess of the model over it", 0, 0.01, excess))
                    .finding("0 ≤ loss − H(next | this) < 0.01 nat, H = 2.4519");
        }
    }

    /** How often each character follows each, in the nine tenths that are trained on. */
    private static double[][] counts(CharacterText text) {
        double[][] counts = new double[text.vocabulary()][text.vocabulary()];
        for (int i = 1; i < text.limit(); i++) {
            counts[text.text().id(i - 1)][text.text().id(i)]++;
        }
        return counts;
    }

    private static double entropy(double[][] counts) {
        double sum = 0;
        double all = 0;
        for (double[] row : counts) {
            double total = Arrays.stream(row).sum();
            for (double count : row) {
                sum -= count == 0 ? 0 : count * Math.log(count / total);
            }
            all += total;
        }
        return sum / all;
    }

    private static double crossEntropy(double[][] counts, Lesson lesson) {
        double sum = 0;
        double all = 0;
        int width = counts.length;
        double[] logits = new double[width * width];
        for (int from = 0; from < width; from++) {
            double[] row = lesson.logits(HostArray.of(Shape.of(1, 1), from)).toDoubles();
            System.arraycopy(row, 0, logits, from * width, width);
        }
        for (int from = 0; from < width; from++) {
            double[] row = Arrays.copyOfRange(logits, from * width, (from + 1) * width);
            double most = Arrays.stream(row).max().orElseThrow();
            double normalizer = most + Math.log(Arrays.stream(row).map(value -> Math.exp(value - most)).sum());
            for (int to = 0; to < width; to++) {
                sum += counts[from][to] * (normalizer - row[to]);
                all += counts[from][to];
            }
        }
        return sum / all;
    }
}
