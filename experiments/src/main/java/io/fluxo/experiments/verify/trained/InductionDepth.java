package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
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
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Sequences that repeat themselves with a period of 16 to 32: a head that looks for what followed this token before needs another one below it that tells each token its predecessor. So two layers
 * of attention continue them and one cannot. Symbols are drawn with replacement: a head that matches one token is at times in doubt and stays above E ln(1 + Bin(p − 1, 1/64)) = .226 nat, one that
 * matches two tokens is not. The task scores only what repeats, so that models train on that alone; where they train on the whole sequence, they end at .25 instead of .08 to .21.
 */
final class InductionDepth extends Claim {

    private static final int SEEDS = 3;
    private static final int LAST = 20;
    private static final int STEPS_EACH = 1500;
    private static final int SMOOTH = 25;

    InductionDepth() {
        super(Statement.of("induction", "Two layers of attention continue a sequence that repeats itself, one layer cannot")
                .said(Citation.of("Elhage et al. (2021); Olsson et al. (2022)"))
                .group("trained")
                .about(Scope.NONE)
                .over("64 symbols, period 16 … 32, d = 64, 2 heads, attention alone, pre-norm, AdamW at 2e-3, 32 sequences a step, 1,500 steps", "seeds 1 to 3")
                .expected(Verdict.HOLDS)
                .by("training on simd, mean loss of the last 20 steps on what repeats")
                .takes(60)
                .refutesNone("none: a trained model takes minutes, and the study induction has the same conditions"));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Task task = new Tasks(apparatus.catalog()).open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "induction").with(TaskParts.SYMBOLS, 64).with(TaskParts.ITEMS, 32).with(TaskParts.DISTINCT, false), false);
        TrainingSpec training = TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(LR, 2e-3).with(WARMUP, 100).with(CLIP, 1.0).with(BATCH, 32).with(STEPS, STEPS_EACH);
        double[] at = Lesson.marks(STEPS_EACH, SMOOTH);
        Chart chart = Chart.of("loss on what repeats", "step", "nats per token");
        Figures figures = new Figures();
        int lesson = 0;
        for (int layers : new int[] {2, 1}) {
            ModelSpec model = ModelSpec.DEFAULT.with(N_LAYERS, layers).with(D_MODEL, 64).with(N_HEADS, 2).with(N_CTX, 64).with(FFN, false).with(NORM_AFFINE, true);
            List<double[]> curves = new ArrayList<>();
            for (int seed = 1; seed <= SEEDS; seed++) {
                int before = lesson++;
                try (Lesson one = new Lesson(apparatus, model, training, task, RandomKey.of(seed)).run(t -> apparatus.done((before + (double) t / STEPS_EACH) / (2 * SEEDS)))) {
                    String name = Text.format("%d layer%s, seed %d", layers, layers == 1 ? "" : "s", seed);
                    figures.add(layers == 2 ? Figure.atMost(name, 0.35, one.last(LAST)) : Figure.atLeast(name, 2.5, one.last(LAST)));
                    curves.add(one.smoothed(SMOOTH));
                }
            }
            chart = chart.measured(Text.format("%d layer%s", layers, layers == 1 ? "" : "s"), at, curves);
        }
        return figures.finding("two layers < 0.35 nat, one layer > 2.5").drawn(chart);
    }
}
