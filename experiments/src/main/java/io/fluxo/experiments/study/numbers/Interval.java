package io.fluxo.experiments.study.numbers;

/** Where a mean or a median lies with a stated confidence; NaN at both ends where nothing can be said. */
public record Interval(double low, double high) {

    public static final Interval UNKNOWN = new Interval(Double.NaN, Double.NaN);

    public boolean isKnown() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
