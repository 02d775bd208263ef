package io.fluxo.experiments.compare.ops;

import io.fluxo.bound.Rounding;
import io.fluxo.experiments.compare.row.CompareRow.Figures;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How far the outputs of a backend are from what they should be.
 *
 * @param figures the numbers
 * @param beyond  the element that is furthest beyond what rounding allows, as a sentence; empty where none is
 */
record Difference(Figures figures, Optional<String> beyond) {

    /** Below this share of the largest value, errors are relative to that share and not to the element. */
    private static final double FLOOR = 1e-3;

    /** How the outputs differ in number, shape or kind of type from what they should be, so that there is nothing to compare. */
    static Optional<String> misfit(List<HostArray> got, List<Expectation> expected) {
        if (got.size() != expected.size()) {
            return Optional.of(Text.format("%s instead of %d", Text.count(got.size(), "output"), expected.size()));
        }
        return IntStream.range(0, got.size()).mapToObj(i -> misfit(got.get(i), expected.get(i).values(), i + 1)).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> misfit(HostArray got, HostArray expected, int number) {
        boolean sameKind = expected.dtype().isFloating() ? got.dtype().isFloating() : got.dtype() == expected.dtype();
        return sameKind && got.shape().equals(expected.shape()) ? Optional.empty() : Optional.of(Text.format("output %d is %s %s and should be %s %s", number, got.dtype().label(), got.shape(),
                expected.dtype().isFloating() ? "floating" : expected.dtype().label(), expected.shape()));
    }

    static Difference of(List<HostArray> got, List<Expectation> expected, DType dtype) {
        Accumulator all = new Accumulator(dtype);
        for (int i = 0; i < got.size(); i++) {
            all.add(got.get(i), expected.get(i), got.size() > 1 ? Text.format("output %d ", i + 1) : "");
        }
        return all.difference();
    }

    private static final class Accumulator {
        private final double unit;
        private final double tiny;
        private final List<Double> relative = new ArrayList<>();
        private final List<Double> tightness = new ArrayList<>();
        private double maxAbs;
        private double largest;
        private double ulp;
        private double bound;
        private double envelope;
        private double ratio;
        private double noise;
        private long elements;
        private long judged;
        private String worst = "";

        private Accumulator(DType dtype) {
            unit = Rounding.of(dtype).unit();
            tiny = Rounding.of(dtype).tiny();
        }

        private void add(HostArray got, Expectation expected, String output) {
            double[] a = got.toDoubles();
            double[] b = expected.values().toDoubles();
            double scale = Arrays.stream(b).map(Math::abs).filter(Double::isFinite).max().orElse(0);
            largest = Math.max(largest, scale);
            for (int i = 0; i < a.length; i++) {
                elements++;
                // indices, integers and truth values are exact: noise on the inputs would excuse a wrong one at a tie
                double allowed = got.dtype().isFloating() ? Math.max(expected.bound()[i], expected.envelope()[i]) : expected.bound()[i];
                if (Double.isInfinite(expected.bound()[i])) {
                    continue;                                                            // overflow, or a comparison that rounding decides
                }
                judged++;
                double off = got.dtype() == DType.I64 ? distance(((long[]) got.array())[i], ((long[]) expected.values().array())[i]) : distance(a[i], b[i]);
                noise = got.dtype().isFloating() ? Math.max(noise, expected.envelope()[i]) : noise;
                if (Double.isFinite(off)) {
                    maxAbs = Math.max(maxAbs, off);
                    ulp = Math.max(ulp, off / Math.max(2 * unit * Math.abs(b[i]), 2 * unit * tiny));
                    relative.add(off == 0 ? 0 : off / Math.max(Math.abs(b[i]), FLOOR * scale));
                    if (off > 0 && expected.bound()[i] > 0) {
                        tightness.add(off / expected.bound()[i]);
                    }
                }
                double times = off == 0 ? 0 : off / allowed;                             // infinite where nothing is allowed
                if (times > ratio) {
                    ratio = times;
                    bound = expected.bound()[i];
                    envelope = expected.envelope()[i];
                    worst = Text.format("%selement %s is %s and should be %s", output, index(got, i), a[i], b[i]);
                }
            }
        }

        private static double distance(double a, double b) {
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return Double.isNaN(a) && Double.isNaN(b) ? 0 : Double.POSITIVE_INFINITY;
            }
            return a == b ? 0 : Math.abs(a - b);
        }

        /** Doubles do not hold every I64. */
        private static double distance(long a, long b) {
            return a == b ? 0 : Math.max(1, Math.abs((double) a - (double) b));
        }

        private Difference difference() {
            double relativeTo = largest == 0 ? 1 : largest;
            Figures figures = new Figures(maxAbs, maxAbs / relativeTo, ulp, quantile(relative, 0.99), bound, envelope, ratio, quantile(tightness, 0.5),
                    noise / (unit * relativeTo), elements == 0 ? 1 : (double) judged / elements);
            return new Difference(figures, ratio > 1 ? Optional.of(worst) : Optional.empty());
        }

        private static double quantile(List<Double> values, double share) {
            if (values.isEmpty()) {
                return 0;
            }
            double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
        }
    }

    /** {@code [2, 13]}. */
    private static String index(HostArray array, int element) {
        int rest = element;
        List<Integer> index = new ArrayList<>();
        for (int axis = array.shape().rank() - 1; axis >= 0; axis--) {
            index.addFirst(rest % array.shape().size(axis));
            rest /= array.shape().size(axis);
        }
        return index.toString();
    }

    /** The factor s for which s · expected is closest to {@code got}, where it explains nine tenths of the difference; empty where none does. */
    static Optional<Double> factor(List<HostArray> got, List<Expectation> expected) {
        double gr = 0;
        double rr = 0;
        double dd = 0;
        for (int i = 0; i < got.size(); i++) {
            double[] a = got.get(i).toDoubles();
            double[] b = expected.get(i).values().toDoubles();
            for (int j = 0; j < a.length; j++) {
                if (Double.isFinite(a[j]) && Double.isFinite(b[j])) {
                    gr += a[j] * b[j];
                    rr += b[j] * b[j];
                    dd += (a[j] - b[j]) * (a[j] - b[j]);
                }
            }
        }
        double factor = gr / rr;
        double left = 0;
        for (int i = 0; i < got.size(); i++) {
            double[] a = got.get(i).toDoubles();
            double[] b = expected.get(i).values().toDoubles();
            for (int j = 0; j < a.length; j++) {
                double off = a[j] - factor * b[j];
                left += Double.isFinite(off) ? off * off : 0;
            }
        }
        return rr > 0 && dd > 0 && Double.isFinite(factor) && left < 0.01 * dd ? Optional.of(factor) : Optional.empty();
    }
}
