package io.fluxo.experiments.verify;

import io.fluxo.text.Text;

/**
 * One number of a claim: what it should be and what it is.
 *
 * @param what     what is measured: {@code s at layer 12}
 * @param theory   what the claim says; NaN where it gives only a bound
 * @param measured what was seen
 * @param low      the least that agrees with the claim
 * @param high     the most that agrees with it
 */
public record Figure(String what, double theory, double measured, double low, double high) {

    /** {@code measured} may differ from {@code theory} by {@code allowed}. */
    public static Figure within(String what, double theory, double measured, double allowed) {
        return new Figure(what, theory, measured, theory - allowed, theory + allowed);
    }

    /** {@code measured} may differ from {@code theory} by the share {@code allowed} of it. */
    public static Figure near(String what, double theory, double measured, double allowed) {
        return within(what, theory, measured, allowed * Math.abs(theory));
    }

    /** {@code measured} may be up to {@code factor} times as large or as small as {@code theory}, which is positive. */
    public static Figure factor(String what, double theory, double measured, double factor) {
        return new Figure(what, theory, measured, theory / factor, theory * factor);
    }

    public static Figure atMost(String what, double bound, double measured) {
        return new Figure(what, Double.NaN, measured, Double.NEGATIVE_INFINITY, bound);
    }

    public static Figure atLeast(String what, double bound, double measured) {
        return new Figure(what, Double.NaN, measured, bound, Double.POSITIVE_INFINITY);
    }

    /** {@code measured} lies between the two bounds, which belong to it. */
    public static Figure between(String what, double low, double high, double measured) {
        return new Figure(what, Double.NaN, measured, low, high);
    }

    /** Whether what was measured agrees with the claim; what is not a number never does. */
    public boolean agrees() {
        return measured >= low && measured <= high;
    }

    /** What agrees with the claim, in words. */
    public String allowed() {
        if (!Double.isNaN(theory)) {
            return low == high ? Digits.text(theory)
                    : Math.abs((high - theory) - (theory - low)) <= 1e-9 * Math.abs(high - low) ? Text.format("%s ± %s", Digits.text(theory), Digits.text(high - theory))
                            : Text.format("%s (%s … %s)", Digits.text(theory), Digits.text(low), Digits.text(high));
        }
        return low == Double.NEGATIVE_INFINITY ? "≤ " + Digits.text(high)
                : high == Double.POSITIVE_INFINITY ? "≥ " + Digits.text(low) : Text.format("%s … %s", Digits.text(low), Digits.text(high));
    }

    @Override
    public String toString() {
        return Text.format("%s: %s, claimed %s", what, Digits.text(measured), allowed());
    }
}
