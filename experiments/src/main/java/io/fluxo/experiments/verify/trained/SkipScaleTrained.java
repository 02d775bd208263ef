package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;

import io.fluxo.block.SkipScale;
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
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** x ← N(αx + f(x)) on N(x_0), in the model and training of {@code warm-up}, without a warm-up: for α = 1 it stays at the unigram entropy, for α = 2L it is better than pre-norm. */
final class SkipScaleTrained extends Claim {

    private static final int LAST = 20;
    private static final double[] SCALES = {1, 1.25, 1.5, 2, Math.sqrt(12), 12};

    SkipScaleTrained() {
        super(Statement.of("skip-scale", "Post-norm whose residual connection weighs 2L trains without a warm-up, better than pre-norm; with weight 1 it does not train")
                .said(Citation.of("derived; Keel (2026), DeepNet (Wang et al. 2022)"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over("d = 32, Tiny Shakespeare, Adam at 5e-3, no warm-up, 500 steps; 6 layers with seeds 1 to 3, 12 layers with seeds 1 and 2", "every seed")
                .expected(Verdict.HOLDS)
                .by("training on simd, mean loss of the last 20 steps")
                .takes(60)
                .refutesNone("none: two dozen trainings decide it"));
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
        Figures figures = new Figures();
        double unigram = task.unigramEntropy().orElseThrow();
        double[] pre = losses(apparatus, task, 6, Choice.of("pre"), 3, share -> apparatus.done(0.1 * share));
        List<double[]> bySeed = List.of(new double[SCALES.length], new double[SCALES.length], new double[SCALES.length]);
        for (int i = 0; i < SCALES.length; i++) {
            int at = i;
            double[] losses = losses(apparatus, task, 6, scaled(SCALES[i]), 3, share -> apparatus.done(0.1 + 0.6 * (at + share) / SCALES.length));
            for (int seed = 0; seed < 3; seed++) {
                bySeed.get(seed)[i] = losses[seed];
            }
        }
        for (int seed = 0; seed < 3; seed++) {
            figures.add(Figure.within(Text.format("6 layers, α = 1, seed %d", seed + 1), unigram, bySeed.get(seed)[0], 0.2));
            figures.add(Figure.atMost(Text.format("6 layers, α = 12 minus pre-norm (%.3f), seed %d", pre[seed], seed + 1), 0, bySeed.get(seed)[SCALES.length - 1] - pre[seed]));
        }
        double[] deepPre = losses(apparatus, task, 12, Choice.of("pre"), 2, share -> apparatus.done(0.7 + 0.1 * share));
        double[] deepOne = losses(apparatus, task, 12, scaled(1), 2, share -> apparatus.done(0.8 + 0.1 * share));
        double[] deepMost = losses(apparatus, task, 12, scaled(24), 2, share -> apparatus.done(0.9 + 0.1 * share));
        for (int seed = 0; seed < 2; seed++) {
            figures.add(Figure.within(Text.format("12 layers, α = 1, seed %d", seed + 1), unigram, deepOne[seed], 0.2));
            figures.add(Figure.atMost(Text.format("12 layers, α = 24 minus pre-norm (%.3f), seed %d", deepPre[seed], seed + 1), 0, deepMost[seed] - deepPre[seed]));
        }
        double mean = Arrays.stream(pre).average().orElseThrow();
        return figures.finding("α = 1: within 0.2 of the unigram entropy; α = 2L: below pre-norm").drawn(Chart.of("loss after 500 steps, 6 layers", "α", "nats per character").withLogX()
                .theory("pre-norm", new double[] {SCALES[0], SCALES[SCALES.length - 1]}, new double[] {mean, mean}).measured("post-norm with α", SCALES, new ArrayList<>(bySeed)));
    }

    private static Choice scaled(double alpha) {
        return Choice.of("post_scaled").with(SkipScale.ALPHA, alpha);
    }

    private static double[] losses(Apparatus apparatus, Task task, int layers, Choice placement, int seeds, DoubleConsumer done) {
        double[] losses = new double[seeds];
        ModelSpec model = ModelSpec.DEFAULT.with(N_LAYERS, layers).withAll(Map.of(PLACEMENT.name(), placement));
        for (int seed = 1; seed <= seeds; seed++) {
            int before = seed - 1;
            try (Lesson lesson = new Lesson(apparatus, model, TrainingSpec.DEFAULT, task, RandomKey.of(seed)).run(t -> done.accept((before + t / 500.0) / seeds))) {
                losses[seed - 1] = lesson.last(LAST);
            }
        }
        return losses;
    }
}
