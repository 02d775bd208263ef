package io.fluxo.experiments.study.numbers;

import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/** Two one-sided tests (Schuirmann 1987): whether the mean of differences lies within ±margin. A difference that is not shown is not for that reason absent; this shows that it is. */
public final class Equivalence {

    private Equivalence() {}

    /**
     * The larger p of the two tests, "the mean is not above −margin" and "the mean is not below margin": small where both are rejected. NaN of fewer than two values.
     *
     * @param margin above 0
     */
    public static double p(List<Double> differences, double margin) {
        if (differences.size() < 2) {
            return Double.NaN;
        }
        double mean = Statistics.mean(differences);
        double room = margin - Math.abs(mean); // the nearer margin has the larger p
        double error = Statistics.deviation(differences) / StrictMath.sqrt(differences.size());
        if (error == 0) {
            return room > 0 ? 0 : 1;
        }
        return TDistribution.of(differences.size() - 1).survivalProbability(room / error);
    }
}
