package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.measure.Draws;
import java.util.Arrays;

/**
 * A token, made longer, and also shifted along 1.
 *
 * @param x      at least one feature of it differs from another
 * @param scaled ax, a > 0
 * @param both   ax + b1
 */
record Moved(double[] x, double[] scaled, double[] both) {

    /**
     * @param least the smallest width
     * @param tens  |b| is up to 10^tens standard deviations of ax
     */
    static Moved of(Trial trial, int least, int tens) {
        int d = trial.between("d", least, 12);
        double[] x = Draws.normal(trial.key().split("x"), d, 1);
        double a = Math.pow(10, trial.real("a", -2, 2));
        double sigma = Dense.norm(Dense.centred(new double[][] {x})[0]) / Math.sqrt(d);
        double b = (trial.real("sign", -1, 1) < 0 ? -1 : 1) * a * sigma * Math.pow(10, trial.real("b", 0, tens));
        double[] scaled = Arrays.stream(x).map(value -> a * value).toArray();
        return new Moved(x, scaled, Arrays.stream(scaled).map(value -> value + b).toArray());
    }
}
