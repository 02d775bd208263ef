package io.fluxo.experiments.bench.peak;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.bench.peak.Peak.Bandwidth;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class PeakTest {

    private static final Peak PEAK = new Peak(1, 200, 100, List.of(new Bandwidth(1_000, 300), new Bandwidth(10_000, 90), new Bandwidth(100_000, 120), new Bandwidth(1_000_000, 20)));

    @Test
    void theBandwidthIsThatOfTheLargestWorkingSetWithinAndNeverBelowALargerOnes() {
        assertThat(PEAK.gigabytes(10)).isEqualTo(300);
        assertThat(PEAK.gigabytes(1_000)).isEqualTo(300);
        assertThat(PEAK.gigabytes(9_999)).isEqualTo(300);
        assertThat(PEAK.gigabytes(10_000)).as("120 was seen farther out").isEqualTo(120);
        assertThat(PEAK.gigabytes(999_999)).isEqualTo(120);
        assertThat(PEAK.gigabytes(50_000_000)).isEqualTo(20);
        assertThat(PEAK.memory()).isEqualTo(new Bandwidth(1_000_000, 20));
    }

    @Test
    void theRoofIsTheLesserOfArithmeticAndMemory() {
        assertThat(PEAK.roof(DType.F32, 1e6, 2_000_000)).as("half an operation a byte, 20 GB/s").isEqualTo(10);
        assertThat(PEAK.roof(DType.F32, 1e9, 2_000_000)).isEqualTo(200);
        assertThat(PEAK.roof(DType.F64, 1e9, 2_000_000)).isEqualTo(100);
    }

    @Test
    void ofTwoMeasurementsTheBetterCounts() {
        Peak again = new Peak(1, 190, 110, List.of(new Bandwidth(1_000, 310), new Bandwidth(10_000, 80), new Bandwidth(100_000, 120), new Bandwidth(1_000_000, 25)));
        assertThat(PEAK.orBetter(again)).isEqualTo(new Peak(1, 200, 110,
                List.of(new Bandwidth(1_000, 310), new Bandwidth(10_000, 90), new Bandwidth(100_000, 120), new Bandwidth(1_000_000, 25))));
    }

    @Test
    void threadsDoTheSameEquallyOftenAndWhatTheyDoIsAddedUp() {
        AtomicIntegerArray calls = new AtomicIntegerArray(2);
        double rate = Together.rate(2, thread -> {
            calls.incrementAndGet(thread);
            return 1e6;
        });
        assertThat(calls.get(0)).isEqualTo(calls.get(1)).isGreaterThanOrEqualTo(8);
        assertThat(rate).isPositive().isFinite();
    }

    @Test
    void loadsSayHowMuchTheyDo() {
        assertThat(new Triad(3 * 4 * 1000).bytes()).as("passes over 12,000 bytes until there are 60 million").isEqualTo(6e7);
        assertThat(new Triad(120_000_000).bytes()).as("one pass at least").isEqualTo(1.2e8);
    }
}
