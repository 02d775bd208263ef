package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.tensor.DType;
import java.util.List;

/**
 * What an operation costs besides its arithmetic: the time of adding one number to one number, in a scope of its own.
 *
 * @param nanos    the median, in nanoseconds
 * @param interval where it lies with 95 %, in nanoseconds
 */
public record Overhead(String backend, DType dtype, double nanos, Interval interval) {

    static List<Overhead> of(List<SpeedRow> rows) {
        return rows.stream().filter(Overhead::isSmallest).flatMap(row -> row.figures().map(figures -> new Overhead(row.backend(), row.dtype(),
                figures.seconds() * 1e9, new Interval(figures.interval().low() * 1e9, figures.interval().high() * 1e9))).stream()).toList();
    }

    /** Whether a row is of the smallest operation. */
    public static boolean isSmallest(SpeedRow row) {
        return row.operation().equals("add") && row.size().equals("1");
    }
}
