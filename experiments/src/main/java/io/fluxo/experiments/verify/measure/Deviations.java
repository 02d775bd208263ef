package io.fluxo.experiments.verify.measure;

import io.fluxo.text.Text;

/** Collects deviations and what was allowed of them. */
public final class Deviations {

    private double worst;
    private double allowed;
    private double share = -1;

    /** Whether {@code measured} is within its bound of {@code value}; the share of the bound that was used is kept. */
    public boolean add(double measured, double value, double bound) {
        double deviation = Math.abs(measured - value);
        double used = deviation == 0 ? 0 : deviation / bound;
        if (used > share) {
            share = used;
            worst = deviation;
            allowed = bound;
        }
        return deviation <= bound;
    }

    public void add(Deviations other) {
        if (other.share > share) {
            worst = other.worst;
            allowed = other.allowed;
            share = other.share;
        }
    }

    public boolean any() {
        return share >= 0;
    }

    public double allowed() {
        return allowed;
    }

    @Override
    public String toString() {
        return worst == 0 ? "0" : Text.format("%.1e where rounding may make %.1e", worst, allowed);
    }
}
