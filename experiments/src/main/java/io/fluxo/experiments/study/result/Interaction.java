package io.fluxo.experiments.study.result;

import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.Statistics;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Whether what one key brings depends on the value of another: the difference that {@code first} makes beside {@code second}'s value, less the one that it makes beside second's baseline, seed
 * by seed. 0 where the two keys act apart.
 *
 * @param measure     what is compared
 * @param variant     the one that has both values
 * @param seeds       that it has
 * @param first       key → value, in place of the first value that the study lists
 * @param second      the same of another key
 * @param at          the values of the remaining keys
 * @param subject     what is asked, in words
 * @param bySeed      seed → difference of differences, for each seed in which all four have the measure
 * @param interval    Student's, of their mean
 * @param holm        Student's p of no interaction, corrected for the study's number of interactions
 */
public record Interaction(String measure, String variant, int seeds, Map.Entry<String, Object> first, Map.Entry<String, Object> second, Map<String, Object> at, String subject,
                          SequencedMap<Long, Double> bySeed, Interval interval, double holm) {

    public Interaction {
        bySeed = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(bySeed));
    }

    public List<Double> differences() {
        return List.copyOf(bySeed.values());
    }

    public double mean() {
        return Statistics.mean(differences());
    }

    public double sd() {
        return Statistics.deviation(differences());
    }

    /** Whether the seeds show that the two keys do not act apart, all interactions of the study considered. */
    public boolean shown() {
        return holm < Comparison.SIGNIFICANCE;
    }

    Interaction corrected(double corrected) {
        return new Interaction(measure, variant, seeds, first, second, at, subject, bySeed, interval, corrected);
    }
}
