package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.train.TrainingSpec.STEPS;
import static io.fluxo.train.TrainingSpec.WARMUP;

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
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A character model of six layers, width 32, at a large learning rate: pre-norm reaches the same loss with and without a warm-up; post-norm without one stays at the loss of a model that knows only how
 * frequent characters are. The model and its training are the standard ones of a study.
 */
final class WarmUp extends Claim {

    private static final int SEEDS = 3;
    private static final int LAST = 20;
    private static final int LONG = 125;
    private static final int SMOOTH = 10;

    WarmUp() {
        super(Statement.of("warm-up", "Post-norm needs a warm-up of the learning rate, pre-norm does not")
                .said(Citation.of("Xiong et al. (2020), section 3"))
                .group("trained")
                .about(Scope.NONE)
                .over("6 layers, d = 32, Tiny Shakespeare, Adam at 5e-3, 500 steps, warm-up 1 or 125", "seeds 1 to 3")
                .expected(Verdict.HOLDS)
                .by("training on simd, mean loss of the last 20 steps")
                .takes(25)
                .refutesNone("none: a fault is planted beneath the same models in init and gradient, where seconds suffice"));
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
        Map<String, double[]> last = new LinkedHashMap<>();
        double[] at = Lesson.marks(TrainingSpec.DEFAULT.get(STEPS), SMOOTH);
        double unigram = task.unigramEntropy().orElseThrow();
        Chart chart = Chart.of("loss", "step", "nats per character").theory("unigram entropy", new double[] {at[0], at[at.length - 1]}, new double[] {unigram, unigram});
        int lesson = 0;
        for (String placement : List.of("pre", "post")) {
            for (int warmup : new int[] {1, LONG}) {
                double[] ends = new double[SEEDS];
                List<double[]> curves = new ArrayList<>();
                for (int seed = 1; seed <= SEEDS; seed++) {
                    int before = lesson++;
                    try (Lesson one = new Lesson(apparatus, ModelSpec.DEFAULT.with(PLACEMENT, placement), TrainingSpec.DEFAULT.with(WARMUP, warmup), task, RandomKey.of(seed))) {
                        one.run(t -> apparatus.done((before + t / 500.0) / (4 * SEEDS)));
                        ends[seed - 1] = one.last(LAST);
                        curves.add(one.smoothed(SMOOTH));
                    }
                }
                String name = Text.format("%s, warm-up %d", placement, warmup);
                last.put(name, ends);
                chart = chart.measured(name, at, curves);
            }
        }
        Figures figures = new Figures();
        double[] pre = last.get("pre, warm-up 1");
        double[] post = last.get("post, warm-up 1");
        for (int seed = 0; seed < SEEDS; seed++) {
            figures.add(Figure.between(Text.format("pre-norm without warm-up minus with, seed %d", seed + 1), -0.10, 0.10, pre[seed] - last.get("pre, warm-up 125")[seed]));
            figures.add(Figure.atLeast(Text.format("post-norm without warm-up minus with, seed %d", seed + 1), 0.2, post[seed] - last.get("post, warm-up 125")[seed]));
            figures.add(Figure.within(Text.format("post-norm without warm-up, seed %d", seed + 1), unigram, post[seed], 0.2));
        }
        return figures.finding("pre-norm: no difference above 0.10; post-norm: more than 0.2 in every seed, and without warm-up at the unigram entropy").drawn(chart)
                .derived(last.entrySet().stream().map(entry -> Text.format("%s: %s", entry.getKey(), Arrays.stream(entry.getValue()).mapToObj(value -> Text.format("%.3f", value))
                        .toList())).toList());
    }
}
