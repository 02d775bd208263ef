package io.fluxo.experiments.study.numbers;

import io.fluxo.experiments.spec.Study;
import java.util.ArrayList;
import java.util.List;

/**
 * Seeds that are added until a question is decided. Looking at a test several times, and stopping when it is significant, would find differences where there are none: so the number of times
 * it may be looked at is fixed beforehand, and each p counts that many times (Bonferroni). The level is kept whatever decides on stopping, and whatever the distribution.
 *
 * @param seeds how many there are at each stage, ascending
 */
public record Stages(List<Integer> seeds) {

    public Stages {
        seeds = List.copyOf(seeds);
    }

    /** Those of {@code study}. */
    public static Stages of(Study study) {
        return doubling(study.seeds(), study.mostSeeds());
    }

    /** Twice as many at each stage, and {@code most} at the last; one stage where {@code most} is not more than {@code first}. */
    static Stages doubling(int first, int most) {
        List<Integer> seeds = new ArrayList<>(List.of(first));
        while (seeds.getLast() < most) {
            seeds.add((int) Math.min(most, 2L * seeds.getLast()));
        }
        return new Stages(seeds);
    }

    /** A p that may be looked at, at each stage. */
    public double corrected(double p) {
        return Math.min(1, seeds.size() * p); // NaN stays one
    }

    /** The confidence that an interval needs at each stage, to hold at all of them together with {@link Statistics#CONFIDENCE}. */
    public double confidence() {
        return 1 - (1 - Statistics.CONFIDENCE) / seeds.size();
    }
}
