package io.fluxo.experiments.compare.speed;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.compare.speed.Crossover.Extent;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On rows that are made up. */
class CrossoverTest {

    private final List<SpeedRow> rows = new ArrayList<>();

    /** Microseconds by size 1, 2, 3 …; an interval of a tenth to either side; NaN where a size was left out. */
    private void timed(String operation, DType dtype, String backend, double... micros) {
        for (int i = 0; i < micros.length; i++) {
            double seconds = micros[i] * 1e-6;
            rows.add(new SpeedRow(operation, "forward", Integer.toString(i + 1), backend, dtype, Double.isNaN(seconds) ? new SpeedOutcome.LeftOut("too long")
                    : new SpeedOutcome.Measured(new SpeedFigures(seconds, new Interval(0.9 * seconds, 1.1 * seconds), 9, 1, 0, 0, 0, 0, 0))));
        }
    }

    private Extent extent(String faster, String slower) {
        return Crossover.of(rows).stream().filter(each -> each.faster().equals(faster) && each.slower().equals(slower)).findFirst().orElseThrow().extent();
    }

    @Test
    void fromTheSizeOnAtWhichTheOneIsFasterAndStays() {
        timed("add", DType.F32, "a", 10, 10, 10, 10);
        timed("add", DType.F32, "b", 1, 20, 5, 20);
        assertThat(extent("a", "b")).as("at 2 as well, but not at 3").isEqualTo(new Extent.From("4"));
        assertThat(extent("b", "a")).isEqualTo(new Extent.Never());
    }

    @Test
    void alwaysAndNever() {
        timed("add", DType.F32, "a", 1, 2, 3);
        timed("add", DType.F32, "b", 2, 3, 4);
        assertThat(extent("a", "b")).isEqualTo(new Extent.Always());
        assertThat(extent("b", "a")).isEqualTo(new Extent.Never());
    }

    @Test
    void overlappingIntervalsDecideNothing() {
        timed("add", DType.F32, "a", 1.0, 1.0, 1.0);
        timed("add", DType.F32, "b", 9.0, 9.0, 1.15);
        assertThat(extent("a", "b")).isEqualTo(new Extent.Never());
        assertThat(extent("b", "a")).isEqualTo(new Extent.Never());
    }

    @Test
    void onlySizesThatWereTimedOnBothCount() {
        timed("add", DType.F32, "a", 5, 1, Double.NaN, 1);
        timed("add", DType.F32, "b", 1, 5, 5, Double.NaN);
        assertThat(extent("a", "b")).isEqualTo(new Extent.From("2"));
    }

    @Test
    void eachOperationAndTypeByItself() {
        timed("add", DType.F32, "a", 1);
        timed("add", DType.F32, "b", 2);
        timed("exp", DType.F32, "a", 2);
        timed("exp", DType.F32, "b", 1);
        timed("add", DType.F64, "a", 2);
        timed("add", DType.F64, "b", 1);
        timed("sum", DType.F32, "a", 1);
        assertThat(Crossover.of(rows)).filteredOn(each -> each.extent() instanceof Extent.Always).extracting(each -> each.operation() + " " + each.dtype().label() + " " + each.faster())
                .containsExactly("add f32 a", "exp f32 b", "add f64 b");
    }

    @Test
    void ofThreeBackendsEveryOneBesideEveryOther() {
        timed("add", DType.F32, "a", 1);
        timed("add", DType.F32, "b", 2);
        timed("add", DType.F32, "c", 3);
        assertThat(Crossover.of(rows)).filteredOn(each -> each.extent() instanceof Extent.Always).extracting(each -> each.faster() + each.slower()).containsExactly("ab", "ac", "bc");
    }
}
