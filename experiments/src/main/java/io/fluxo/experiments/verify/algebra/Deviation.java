package io.fluxo.experiments.verify.algebra;


/** The largest of several deviations of one kind; NaN as soon as one is. */
final class Deviation {

    private double value;

    void see(double deviation) {
        value = Math.max(value, Math.abs(deviation));
    }

    double value() {
        return value;
    }
}
