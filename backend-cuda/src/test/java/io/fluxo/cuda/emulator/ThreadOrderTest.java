package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A kernel that lacks a barrier gives another result in some order of threads; the whole one gives the same in all. */
class ThreadOrderTest extends OnEmulatedDevice {

    @Test
    void aMissingSyncthreadsShows() {
        assertThat(wrongOrders("sum_by_halves", 256, 32640)).isZero();
        assertThat(wrongOrders("sum_by_halves", 256, 32640, "-DSYNCTHREADS=")).isPositive();
    }

    @Test
    void aMissingSyncwarpShows() {
        assertThat(wrongOrders("sum_in_a_warp", 32, 496)).isZero();
        assertThat(wrongOrders("sum_in_a_warp", 32, 496, "-DSYNCWARP=")).isPositive();
    }

    /** What is right in the plain order by luck alone is wrong in others. */
    @ParameterizedTest
    @CsvSource({"earlier_warps, 1, 64", "earlier_lanes, 1, 32", "earlier_blocks, 4, 32"})
    void seedsShuffleWarpsLanesAndBlocks(String kernel, int blocks, int threads) {
        assertThat(countsUp(kernel, blocks, threads, 0)).isTrue();
        assertThat(LongStream.rangeClosed(1, 5).filter(seed -> !countsUp(kernel, blocks, threads, seed)).count()).isPositive();
    }

    private boolean countsUp(String kernel, int blocks, int threads, long seed) {
        device.controls.seed(seed);
        long y = device.allocate(256);
        device.launch(device.kernel("luck.cu", kernel), blocks, threads, y);
        float[] found = device.floatsAt(y, 32);
        return IntStream.range(0, 32).allMatch(i -> found[i] == i);
    }

    @Test
    void aSeedGivesTheSameOrderAgain() {
        float first = resultOf("sum_by_halves", 256, 3, "-DSYNCTHREADS=");
        reopen();
        assertThat(resultOf("sum_by_halves", 256, 3, "-DSYNCTHREADS=")).isEqualTo(first);
    }

    private long wrongOrders(String kernel, int threads, float right, String... options) {
        return LongStream.rangeClosed(1, 5).filter(seed -> resultOf(kernel, threads, seed, options) != right).count();
    }

    private float resultOf(String kernel, int threads, long seed, String... options) {
        device.controls.seed(seed);
        float[] x = new float[threads];
        for (int i = 0; i < threads; i++) {
            x[i] = i;
        }
        long y = device.allocate(4);
        device.launchWith(device.kernel("sums.cu", kernel, options), 1, threads, 4 * threads, device.floats(x), y);
        return device.floatsAt(y, 1)[0];
    }
}
