package io.fluxo.experiments.compare.drift;

/** What a distance is taken to grow like. */
public enum GrowthForm {
    /** e^(rate·x): small differences make more of themselves. The rate is per layer, or per step. */
    EXPONENTIAL {
        @Override
        double abscissa(int x) {
            return x;
        }
    },
    /** x^rate: ½ where roundings add up like a random walk, 1 where each goes in the same direction. */
    POWER_LAW {
        @Override
        double abscissa(int x) {
            return Math.log(x);
        }
    };

    /** Over what the logarithm of the distance is a straight line. */
    abstract double abscissa(int x);
}
