package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kernels may use of CUDA's language means what it means on a GPU, in the plain order of threads and in others. */
class KernelLanguageTest extends OnEmulatedDevice {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void sumsOverBlocks(long seed) {
        device.controls.seed(seed);
        long x = device.floats(counting(1024));
        for (String kernel : List.of("sum_by_shuffles", "sum_by_halves")) {
            long y = device.allocate(16);
            device.launchWith(device.kernel("sums.cu", kernel), 4, 256, 1024, x, y);
            assertThat(device.floatsAt(y, 4)).as(kernel).containsExactly(32640, 98176, 163712, 229248);
        }
        long y = device.allocate(16);
        device.launch(device.kernel("sums.cu", "sum_in_a_warp"), 1, 32, x, y);
        assertThat(device.floatsAt(y, 1)).containsExactly(496);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void theLastBlockSeesWhatOthersWrote(long seed) {
        device.controls.seed(seed);
        long sum = device.allocate(4);
        device.launch(device.kernel("sums.cu", "sum_by_the_last_block"), 4, 256, device.floats(counting(1024)), device.allocate(16), device.ints(0), sum);
        assertThat(device.floatsAt(sum, 1)).containsExactly(523776);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void shuffles(long seed) {
        device.controls.seed(seed);
        assertLanes("shuffles", List.of(
                _ -> 5,
                lane -> lane / 8 * 8 + 3,
                lane -> lane % 16 < 2 ? lane : lane - 2,
                lane -> lane + 3 > 31 ? lane : lane + 3,
                lane -> lane ^ 16,
                lane -> lane ^ 1,
                lane -> lane % 4 == 3 ? lane : lane + 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void votes(long seed) {
        device.controls.seed(seed);
        int thirds = IntStream.range(0, 32).filter(lane -> lane % 3 == 0).map(lane -> 1 << lane).sum();
        assertLanes("votes", List.of(_ -> thirds, _ -> 1, _ -> 0, lane -> lane < 16 ? 1 : 0, _ -> 8, _ -> 1, _ -> 0));
    }

    private void assertLanes(String kernel, List<IntUnaryOperator> expected) {
        long y = device.allocate(4L * 32 * expected.size());
        device.launch(device.kernel("warps.cu", kernel), 1, 32, y);
        int[] found = device.intsAt(y, 32 * expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Arrays.copyOfRange(found, 32 * i, 32 * i + 32)).as("operation %d", i).containsExactly(IntStream.range(0, 32).map(expected.get(i)).toArray());
        }
    }

    @Test
    void bits() {
        long y = device.allocate(256);
        device.launch(device.kernel("warps.cu", "bits"), 1, 1, y);
        assertThat(device.intsAt(y, 12)).containsExactly(8, 31, 32, 4, 0x80000000, 3, 5, 0x3f800000, 0x07050301, 2, 5, 9);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void productsOfTensorCores(long seed) {
        device.controls.seed(seed);
        Random random = new Random(1);
        short[] a = halves(random, 256);
        short[] b = halves(random, 128);
        long d = device.allocate(512);
        device.launch(device.kernel("tensor_cores.cu", "bf16"), 1, 32, device.ints(packed(a)), device.ints(packed(b)), d);
        assertProduct(device.floatsAt(d, 128), 16, 1, (row, k) -> number(a[16 * row + k]), (k, column) -> number(b[16 * column + k]));

        // Numbers that TF32 holds.
        float[] left = new float[128];
        float[] right = new float[64];
        for (float[] values : List.of(left, right)) {
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(-1000, 1000) / 64f;
            }
        }
        device.launch(device.kernel("tensor_cores.cu", "tf32"), 1, 32, device.floats(left), device.floats(right), d);
        assertProduct(device.floatsAt(d, 128), 8, 0, (row, k) -> left[8 * row + k], (k, column) -> right[8 * column + k]);
    }

    private interface Elements {

        float at(int row, int column);
    }

    private static void assertProduct(float[] found, int inner, float start, Elements a, Elements b) {
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) {
                double sum = start;
                for (int k = 0; k < inner; k++) {
                    sum += (double) a.at(row, k) * b.at(k, column);
                }
                assertThat((double) found[8 * row + column]).as("[%d %d]", row, column).isCloseTo(sum, within(1e-4 * Math.max(1, Math.abs(sum))));
            }
        }
    }

    @Test
    void tf32DropsBits() {
        long d = device.allocate(512);
        float[] ones = new float[64];
        Arrays.fill(ones, 1);
        float[] fine = new float[128];
        Arrays.fill(fine, 1 + 1f / 4096);
        device.launch(device.kernel("tensor_cores.cu", "tf32"), 1, 32, device.floats(fine), device.floats(ones), d);
        assertThat(device.floatsAt(d, 128)).containsOnly(8);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void copiesInTheBackground(long seed) {
        device.controls.seed(seed);
        float[] x = counting(256);
        long y = device.allocate(128);
        device.launch(device.kernel("tensor_cores.cu", "background"), 1, 32, device.floats(x), y);
        float[] found = device.floatsAt(y, 32);
        for (int i = 0; i < 32; i++) {
            assertThat(found[i]).isEqualTo(x[127 - i] + x[255 - i]);
        }
    }

    @Test
    void aCopyThatIsNotWaitedForHasNotCome() {
        long y = device.allocate(128);
        device.launch(device.kernel("tensor_cores.cu", "background", "-DWAIT(n)="), 1, 32, device.floats(counting(256)), y);
        assertThat(device.floatsAt(y, 32)).containsOnly(2 * Float.intBitsToFloat(0xcdcdcdcd));
    }

    private static float[] counting(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    private static short[] halves(Random random, int count) {
        short[] values = new short[count];
        for (int i = 0; i < count; i++) {
            values[i] = (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16);
        }
        return values;
    }

    private static float number(short half) {
        return Float.intBitsToFloat(half << 16);
    }

    /** Two numbers in each word. */
    private static int[] packed(short[] values) {
        return IntStream.range(0, values.length / 2).map(i -> values[2 * i] & 0xffff | values[2 * i + 1] << 16).toArray();
    }
}
