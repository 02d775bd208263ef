package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.NORM;
import static io.fluxo.train.TrainingSpec.*;

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
import io.fluxo.layer.Cell;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A trained model loses its norms one by one while it is trained on: each is frozen at its average standard deviation, the final norm last. Beside it the same model is trained on for as long with all its norms.
 */
final class NormRemoval extends Claim {

    private static final int STEPS_FIRST = 500;
    private static final int STEPS_AFTER = 400;
    private static final int SEEDS = 2;

    NormRemoval() {
        super(Statement.of("ln-removal", "Norms can be taken out of a trained model one by one while it is trained on, at a cost of a few hundredths of a nat")
                .said(Citation.of("Baroni et al. (2025), Transformers Don't Need LayerNorm at Inference Time"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over("4 layers, d = 64, Tiny Shakespeare, AdamW at 2e-3 for 500 steps, then 5e-4 → 0 for 400, in whose first half the norms are frozen", "seeds 1 and 2, every seed")
                .expected(Verdict.HOLDS)
                .by("training on simd", "validation loss without norms minus that with them, after as much training")
                .takes(50)
                .refutesNone("none: six trainings decide it"));
    }

    @Override
    public boolean needsInput() {
        return true;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Shakespeare.on(apparatus, (_, text) -> check(apparatus, text));
    }

    private static Finding check(Apparatus apparatus, CharacterText text) {
        Figures figures = new Figures();
        List<double[]> with = new ArrayList<>();
        List<double[]> without = new ArrayList<>();
        double[] stages = {0, 1, 2};
        for (int seed = 1; seed <= SEEDS; seed++) {
            int before = seed - 1;
            try (Lesson lesson = new Lesson(apparatus, SmallScale.MODEL.with(NORM, "fake_layer_norm"), SmallScale.training(2e-3, STEPS_FIRST), text, RandomKey.of(seed))) {
                lesson.run(t -> apparatus.done((before + 0.4 * t / STEPS_FIRST) / SEEDS));
                double begin = SmallScale.validation(lesson);
                Map<Cell, HostArray> trained = lesson.values();
                TrainingSpec after = SmallScale.training(5e-4, STEPS_AFTER).with(SCHEDULE, "cosine").with(WARMUP, 1);
                Lesson kept = lesson.next(apparatus, after, "after").run(t -> apparatus.done((before + 0.4 + 0.3 * t / STEPS_AFTER) / SEEDS));
                double withNorms = SmallScale.validation(kept);
                lesson.restore(trained);
                switches(lesson).forEach(one -> lesson.set(one, 1));
                double atOnce = SmallScale.validation(lesson);
                lesson.restore(trained);
                double inTurn = SmallScale.validation(removed(apparatus, lesson, after, before));
                figures.add(Figure.atMost(Text.format("without norms (%.3f) minus with them (%.3f), seed %d", inTurn, withNorms, seed), 0.06, inTurn - withNorms));
                figures.add(Figure.atLeast(Text.format("frozen all at once without further training minus before (%.3f), seed %d", begin, seed), inTurn - withNorms, atOnce - begin));
                with.add(new double[] {begin, begin, withNorms});
                without.add(new double[] {begin, atOnce, inTurn});
            }
        }
        return figures.finding("without norms − with them < 0.06 nat; less than freezing all at once costs").drawn(
                Chart.of("validation loss", "0: before, 1: all frozen at once, 2: after 400 steps", "nats per character").measured("with norms", stages, with).measured("without", stages, without));
    }

    /** The cells that freeze a norm, in the order of the model, the final norm's last. */
    private static List<Cell> switches(Lesson lesson) {
        return lesson.model().cells().stream().filter(cell -> cell.name().endsWith(".frozen")).sorted((a, b) -> Boolean.compare(a.name().startsWith("ln_final"), b.name().startsWith("ln_final")))
                .toList();
    }

    private static Lesson removed(Apparatus apparatus, Lesson lesson, TrainingSpec after, int before) {
        List<Cell> switches = switches(lesson);
        int every = STEPS_AFTER / 2 / switches.size();
        return lesson.next(apparatus, after, "after").run(t -> {
            if (t % every == 0 && t / every <= switches.size()) {
                lesson.set(switches.get(t / every - 1), 1);
            }
            apparatus.done((before + 0.7 + 0.3 * t / STEPS_AFTER) / SEEDS);
        });
    }
}
