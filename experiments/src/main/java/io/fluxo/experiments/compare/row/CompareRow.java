package io.fluxo.experiments.compare.row;

import io.fluxo.tensor.DType;
import java.util.Optional;

/**
 * One comparison of a backend with a reference.
 *
 * @param what      the operation, the direction, and the case: {@code softmax/forward/tiny [3, 207]}
 * @param operation the operation alone
 * @param figures   how far they are apart; empty where nothing was compared
 * @param verdict   what that means
 * @param note      where the largest error is, which factor would explain it, or why nothing was compared
 * @param seconds   of the backend's own run
 * @param replay    a file from which the operation can be run again; empty where there is none
 */
public record CompareRow(String what, String operation, String backend, String reference, DType dtype, Optional<Figures> figures, CompareVerdict verdict, String note,
                         double seconds, String replay) {

    public CompareRow(String what, String operation, String backend, String reference, DType dtype, Optional<Figures> figures, CompareVerdict verdict, String note, double seconds) {
        this(what, operation, backend, reference, dtype, figures, verdict, note, seconds, "");
    }

    /** The same, which can be run again from {@code file}. */
    public CompareRow replayedFrom(String file) {
        return new CompareRow(what, operation, backend, reference, dtype, figures, verdict, note, seconds, file);
    }

    /** The same as a known difference. */
    public CompareRow waived(String why) {
        return new CompareRow(what, operation, backend, reference, dtype, figures, CompareVerdict.WAIVED, why, seconds, replay);
    }

    /** The same of another place. */
    public CompareRow at(String place) {
        return new CompareRow(place, operation, backend, reference, dtype, figures, verdict, note, seconds, replay);
    }

    /**
     * How far two results are apart.
     *
     * @param maxAbs    the largest |got − expected|
     * @param maxRel    that over the largest |expected|
     * @param ulp       the largest error in units of the last place of its own element, with the smallest normal number as a floor
     * @param p99       of the relative errors of the elements, each over |expected| or a thousandth of the largest, whichever is more
     * @param bound     the derived bound at the element with the largest ratio
     * @param envelope  the empirical one there
     * @param ratio     the largest error over the larger of the two
     * @param tightness the median of error over bound, of the elements that are not exact
     * @param condition how much ½-ulp noise on the inputs and another order of sums is amplified: the largest change over unit roundoff of the largest value
     * @param judged    the share of elements of which the bound says anything
     */
    public record Figures(double maxAbs, double maxRel, double ulp, double p99, double bound, double envelope, double ratio, double tightness, double condition,
                          double judged) {

        /** The same with other errors. */
        public Figures withErrors(double abs, double rel) {
            return new Figures(abs, rel, ulp, p99, bound, envelope, ratio, tightness, condition, judged);
        }
    }
}
