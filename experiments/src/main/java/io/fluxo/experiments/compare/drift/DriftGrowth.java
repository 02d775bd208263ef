package io.fluxo.experiments.compare.drift;

import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.List;

/**
 * How fast two backends part: curves that differ in their seeds alone, taken to be of one form up to their first jump.
 *
 * @param median   of the seeds' rates
 * @param interval 95 %, Student's, of the mean rate
 * @param fit      the median share of the variance of ln distance that the form explains
 * @param last     the median distance at the end
 * @param jumps    seeds whose curve has a jump
 * @param n        seeds whose curve has a rate; a curve that is zero nearly everywhere has none
 */
public record DriftGrowth(DriftAxis axis, DriftOf of, String placement, String backend, String reference, DType dtype, GrowthForm form, double median, Interval interval,
                          double fit, double last, int jumps, int n) {

    private static final int FEWEST_POINTS = 3;

    static DriftGrowth of(List<DriftCurve> seeds, GrowthForm form) {
        List<LineFit> fits = seeds.stream().filter(curve -> Stretch.of(curve).places().length >= FEWEST_POINTS).map(curve -> fit(curve, form)).toList();
        List<Double> rates = fits.stream().map(LineFit::slope).toList();
        DriftCurve first = seeds.getFirst();
        return new DriftGrowth(first.axis(), first.of(), first.placement(), first.backend(), first.reference(), first.dtype(), form, median(rates), Statistics.student(rates),
                median(fits.stream().map(LineFit::r2).toList()), median(seeds.stream().map(curve -> curve.distances().getLast()).toList()),
                (int) seeds.stream().filter(curve -> Stretch.of(curve).endsInAJump()).count(), rates.size());
    }

    private static LineFit fit(DriftCurve curve, GrowthForm form) {
        int[] places = Stretch.of(curve).places();
        return LineFit.of(Arrays.stream(places).mapToDouble(i -> form.abscissa(curve.xs().get(i))).toArray(),
                Arrays.stream(places).mapToDouble(i -> Math.log(curve.distances().get(i))).toArray());
    }

    private static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }
}
