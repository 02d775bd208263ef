package io.fluxo.experiments.study.result;

import io.fluxo.experiments.study.numbers.Divergence;
import io.fluxo.experiments.study.numbers.Equivalence;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.PairedPower;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a comparison says besides how large the difference is.
 *
 * @param variant     of its trials, how many diverged
 * @param baseline    the same
 * @param divergence  p of the two diverging alike, corrected for the study's comparisons
 * @param margin      differences below it are of no interest; 0 where the study states none
 * @param equivalence p of a difference as large as the margin, corrected alike; NaN without a margin
 * @param detectable  the true difference that these seeds, by a single test, would have shown with {@link PairedPower#POWER}, if differences scatter as they did here
 * @param between     where that difference lies, since the scatter of few differences is not well known
 * @param needed      seeds that would show a difference as large as the margin, or without one as large as was measured; empty where no number of seeds helps
 */
public record Evidence(Counts variant, Counts baseline, double divergence, double margin, double equivalence, double detectable, Interval between,
                       OptionalInt needed) {

    /**
     * How a variant's trials ended.
     *
     * @param diverged how many of {@code trials} diverged
     * @param trials   those that finished or diverged
     */
    public record Counts(int diverged, int trials) {

        static Counts of(StudyResult.VariantResult variant) {
            return new Counts(count(variant, TrialStatus.DIVERGED), count(variant, TrialStatus.DIVERGED) + count(variant, TrialStatus.FINISHED));
        }

        private static int count(StudyResult.VariantResult variant, TrialStatus outcome) {
            return (int) variant.trials().stream().filter(trial -> trial.outcome() == outcome).count();
        }
    }

    /** Before correction. */
    static Evidence of(StudyResult.VariantResult variant, StudyResult.VariantResult baseline, List<Double> differences, double margin) {
        Counts first = Counts.of(variant);
        Counts second = Counts.of(baseline);
        double deviation = Statistics.deviation(differences);
        double detectable = PairedPower.detectable(differences.size());
        Interval scatter = PairedPower.deviationInterval(deviation, differences.size());
        double sought = margin > 0 ? margin : Math.abs(Statistics.mean(differences));
        return new Evidence(first, second, Divergence.p(first.diverged, first.trials, second.diverged, second.trials), margin,
                margin > 0 ? Equivalence.p(differences, margin) : Double.NaN, detectable * deviation,
                new Interval(scatter.low() * detectable, scatter.high() * detectable),
                deviation > 0 ? PairedPower.needed(sought / deviation) : OptionalInt.empty());
    }

    Evidence corrected(double ofDivergence, double ofEquivalence) {
        return new Evidence(variant, baseline, ofDivergence, margin, ofEquivalence, detectable, between, needed);
    }

    /** Whether the seeds show that the difference is smaller than the margin. */
    public boolean equivalent() {
        return equivalence < Comparison.SIGNIFICANCE;
    }

    /** Whether one of the two is shown to diverge more often. */
    public boolean divergesOtherwise() {
        return divergence < Comparison.SIGNIFICANCE;
    }

    /** Whether anything diverged. */
    public boolean anyDiverged() {
        return variant.diverged + baseline.diverged > 0;
    }
}
