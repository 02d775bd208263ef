package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.PLACEMENT;

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
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keel beside pre-norm and post-norm at two learning rates: it stands a large one, and is behind at a small one. */
final class KeelRates extends Claim {

    private static final int STEPS = 400;
    private static final int SEEDS = 3;
    private static final double SMALL = 2e-3;
    private static final double LARGE = 1.5e-2;

    static final List<Claim> ALL = List.of(
            new KeelRates("keel-lr", "Keel is stable at a large learning rate: there it is better than pre-norm, where plain post-norm breaks", Verdict.HOLDS, LARGE, List.of("pre", "keel", "post"), 60),
            new KeelRates("keel-lr-common", "Keel improves on pre-norm at a common learning rate", Verdict.REFUTED, SMALL, List.of("pre", "keel"), 40));

    private final double rate;
    private final List<String> placements;

    private KeelRates(String id, String text, Verdict expected, double rate, List<String> placements, double seconds) {
        super(Statement.of(id, text)
                .said(Citation.of("Keel, arXiv 2601.19895"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over(Text.format("4 layers, d = 64, Tiny Shakespeare, AdamW at %s, 400 steps", rate), "seeds 1 to 3, every seed")
                .expected(expected)
                .by("training on simd", "validation loss, same seed and batches")
                .takes(seconds)
                .refutesNone("none: a dozen trainings decide it"));
        this.rate = rate;
        this.placements = placements;
    }

    @Override
    public boolean needsInput() {
        return true;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return Shakespeare.on(apparatus, (_, text) -> check(apparatus, text));
    }

    private Finding check(Apparatus apparatus, CharacterText text) {
        Map<String, double[]> losses = new LinkedHashMap<>();
        int lesson = 0;
        for (String placement : placements) {
            double[] own = new double[SEEDS];
            for (int seed = 1; seed <= SEEDS; seed++) {
                int before = lesson++;
                own[seed - 1] = SmallScale.validation(apparatus, SmallScale.MODEL.with(PLACEMENT, placement), SmallScale.training(rate, STEPS), text, seed,
                        t -> apparatus.done((before + (double) t / STEPS) / (placements.size() * SEEDS)));
            }
            losses.put(placement, own);
        }
        Figures figures = new Figures();
        Chart chart = Chart.of(Text.format("validation loss at %s", rate), "seed", "nats per character");
        double[] seeds = {1, 2, 3};
        for (int seed = 0; seed < SEEDS; seed++) {
            figures.add(Figure.atMost(Text.format("Keel minus pre-norm (%.3f), seed %d", losses.get("pre")[seed], seed + 1), 0, losses.get("keel")[seed] - losses.get("pre")[seed]));
            if (losses.containsKey("post")) {
                figures.add(Figure.atLeast(Text.format("post-norm minus pre-norm, seed %d", seed + 1), 0.05, losses.get("post")[seed] - losses.get("pre")[seed]));
            }
        }
        for (Map.Entry<String, double[]> entry : losses.entrySet()) {
            chart = chart.measured(entry.getKey(), seeds, entry.getValue());
        }
        String theory = expected() == Verdict.HOLDS ? "Keel < pre-norm < post-norm − 0.05 in every seed" : "Keel < pre-norm in every seed";
        return figures.finding(theory).drawn(chart).derived(losses.keySet().stream().map(name -> Text.format("%s: %.3f, %.3f, %.3f", name, losses.get(name)[0],
                losses.get(name)[1], losses.get(name)[2])).toList());
    }
}
