package io.fluxo.experiments.verify.trained;

import static io.fluxo.model.ModelSpec.NORM;
import static io.fluxo.train.TrainingSpec.OPTIMIZER;
import static io.fluxo.train.TrainingSpec.WARMUP;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.layer.norm.Squashing;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far squashing norms lie behind RMSNorm under AdamW and under Muon: three sentences of one paper, of which one holds at this scale. */
final class NormOptimizer extends Claim {

    private static final int STEPS = 400;
    private static final int SEEDS = 2;

    /** Which sentence. */
    enum Sentence { DERF_GROWS, DYT_SHOWS_NONE, SMALL_ALPHA_RECOVERS }

    static final List<Claim> ALL = List.of(
            new NormOptimizer(Sentence.DERF_GROWS, "norm-optimizer", "Derf's distance to RMSNorm grows by more than half when matrices are trained by Muon in the place of AdamW", Verdict.HOLDS),
            new NormOptimizer(Sentence.DYT_SHOWS_NONE, "norm-optimizer-dyt", "DyT's distance to RMSNorm does not grow under Muon", Verdict.REFUTED),
            new NormOptimizer(Sentence.SMALL_ALPHA_RECOVERS, "norm-optimizer-alpha", "Derf with α = .3 makes up for four fifths of its distance to RMSNorm under Muon", Verdict.REFUTED));

    private static final Choice RMS = Choice.of("rms_norm");
    private static final Choice DYT = Choice.of("dynamic_tanh");
    private static final Choice DERF = Choice.of("derf");
    private static final Choice FLAT_DERF = Choice.of("derf").with(Squashing.ALPHA, 0.3);

    private final Sentence sentence;

    private NormOptimizer(Sentence sentence, String id, String text, Verdict expected) {
        super(Statement.of(id, text)
                .said(Citation.of("arXiv 2604.01563"))
                .group("trained-variants")
                .about(Scope.NONE)
                .over("4 layers, d = 64, Tiny Shakespeare, AdamW at 2e-3 or Muon at 2e-2 on the blocks' matrices, 400 steps; rates are not tuned", "seeds 1 and 2, means")
                .expected(expected)
                .by("training on simd", "validation loss minus RMSNorm's, same seed and batches")
                .takes(60)
                .refutesNone("none: a dozen trainings decide it"));
        this.sentence = sentence;
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
        List<Choice> norms = switch (sentence) {
            case DERF_GROWS -> List.of(RMS, DERF);
            case DYT_SHOWS_NONE -> List.of(RMS, DYT);
            case SMALL_ALPHA_RECOVERS -> List.of(RMS, DERF, FLAT_DERF);
        };
        Map<Choice, double[]> losses = losses(apparatus, text, norms);
        Gaps gaps = new Gaps(losses);
        return switch (sentence) {
            case DERF_GROWS -> new Figures().add(Figure.atLeast("Derf − RMSNorm under AdamW", 0, gaps.of(DERF, 0)))
                    .add(Figure.atLeast("its distance under Muon over that under AdamW", 1.5, gaps.of(DERF, 1) / gaps.of(DERF, 0)))
                    .finding("distance under Muon > 1.5 × distance under AdamW").derived(gaps.lines());
            case DYT_SHOWS_NONE -> new Figures().add(Figure.atMost("DyT's distance under Muon over that under AdamW", 1.1, gaps.of(DYT, 1) / gaps.of(DYT, 0)))
                    .finding("distance under Muon ≤ distance under AdamW", new Figures().add(Figure.atLeast("DyT − RMSNorm under AdamW", 0, gaps.of(DYT, 0)))).derived(gaps.lines());
            case SMALL_ALPHA_RECOVERS -> new Figures().add(Figure.atLeast("share of Derf's distance under Muon that α = .3 makes up for", 0.8, 1 - gaps.of(FLAT_DERF, 1) / gaps.of(DERF, 1)))
                    .finding("share ≥ 0.8", new Figures().add(Figure.atLeast("Derf − RMSNorm under Muon", 0, gaps.of(DERF, 1)))).derived(gaps.lines());
        };
    }

    /** Mean validation losses under AdamW and under Muon, by norm. */
    private record Gaps(Map<Choice, double[]> losses) {

        /** @param optimizer 0 for AdamW, 1 for Muon */
        double of(Choice norm, int optimizer) {
            return losses.get(norm)[optimizer] - losses.get(RMS)[optimizer];
        }

        List<String> lines() {
            return losses.entrySet().stream().map(entry -> Text.format("%s: %.3f under AdamW, %.3f under Muon", entry.getKey(), entry.getValue()[0], entry.getValue()[1])).toList();
        }
    }

    private static Map<Choice, double[]> losses(Apparatus apparatus, CharacterText text, List<Choice> norms) {
        Map<Choice, double[]> losses = new LinkedHashMap<>();
        int lesson = 0;
        int all = norms.size() * 2 * SEEDS;
        for (Choice norm : norms) {
            double[] means = new double[2];
            for (int optimizer = 0; optimizer < 2; optimizer++) {
                for (int seed = 1; seed <= SEEDS; seed++) {
                    int before = lesson++;
                    TrainingSpec training = SmallScale.training(2e-3, STEPS).with(WARMUP, 50).with(OPTIMIZER, optimizer == 0 ? "adamw" : "muon");
                    ModelSpec model = SmallScale.MODEL.withAll(Map.of(NORM.name(), norm));
                    means[optimizer] += SmallScale.validation(apparatus, model, training, text, seed, t -> apparatus.done((before + (double) t / STEPS) / all)) / SEEDS;
                }
            }
            losses.put(norm, means);
        }
        return losses;
    }
}
