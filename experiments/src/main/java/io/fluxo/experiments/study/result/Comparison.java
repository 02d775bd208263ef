package io.fluxo.experiments.study.result;

import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.Statistics;
import java.util.List;

/**
 * A variant compared, seed by seed, with the one that differs from it in a single key. Both trials of a pair start from the same values wherever
 * their parameters have the same name and shape, and see the same data in the same order, so that differences scatter less than losses.
 *
 * @param measure     what is compared
 * @param variant     the one of the two that is not the baseline
 * @param baseline    has, of the values of {@code key}, the first that the study lists
 * @param key         the key they differ in
 * @param value       the variant's value of it
 * @param subject     what is compared with what, in words
 * @param differences variant − baseline, for each seed in which both have the measure
 * @param seeds       seeds of the study
 * @param mean        of the differences
 * @param sd          of the differences
 * @param interval    Student's, of the mean difference
 * @param bootstrap   the bootstrap's, of the same
 * @param effect      {@link Statistics#effectSize} of the differences
 * @param p           Student's p of no difference
 * @param holm        p corrected for the study's number of comparisons, and of stages at which there may be more seeds
 * @param evidence    what else is known
 */
public record Comparison(String measure, String variant, String baseline, String key, Object value, String subject, List<Double> differences,
                         int seeds, double mean, double sd, Interval interval, Interval bootstrap, double effect, double p, double holm, Evidence evidence) {

    /** What a corrected p has to stay below for a difference to be called one. */
    public static final double SIGNIFICANCE = 0.05;

    public Comparison {
        differences = List.copyOf(differences);
    }

    /** Whether the seeds show a difference, all comparisons of the study considered. */
    public boolean shown() {
        return holm < SIGNIFICANCE;
    }

    /** Whether there is nothing that more seeds would be needed for: a difference is shown, of losses or of divergence, or that there is none that matters. */
    public boolean decided() {
        return shown() || evidence.equivalent() || evidence.divergesOtherwise();
    }

    /**
     * Before correction.
     *
     * @param confidence of Student's interval
     */
    static Comparison of(String measure, StudyResult.VariantResult variant, StudyResult.VariantResult baseline, String key,
                         List<Double> differences, double margin, double confidence) {
        return new Comparison(measure, variant.id(), baseline.id(), key, variant.vary().get(key),
                Sentences.subject(variant.vary(), key, baseline.vary().get(key)), differences, variant.trials().size(), Statistics.mean(differences),
                Statistics.deviation(differences), Statistics.student(differences, confidence),
                Statistics.bootstrap(differences), Statistics.effectSize(differences), Statistics.p(differences), Double.NaN,
                Evidence.of(variant, baseline, differences, margin));
    }

    Comparison corrected(double corrected, double ofDivergence, double ofEquivalence) {
        return new Comparison(measure, variant, baseline, key, value, subject, differences, seeds, mean, sd, interval, bootstrap, effect, p, corrected, evidence.corrected(ofDivergence, ofEquivalence));
    }
}
