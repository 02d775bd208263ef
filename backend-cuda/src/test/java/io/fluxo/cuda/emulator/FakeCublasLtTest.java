package io.fluxo.cuda.emulator;

import static io.fluxo.cuda.emulator.ProductUnderTest.AUXILIARY;
import static io.fluxo.cuda.emulator.ProductUnderTest.AUXILIARY_LEADING;
import static io.fluxo.cuda.emulator.ProductUnderTest.BF16;
import static io.fluxo.cuda.emulator.ProductUnderTest.BIAS;
import static io.fluxo.cuda.emulator.ProductUnderTest.COMPUTE_F32;
import static io.fluxo.cuda.emulator.ProductUnderTest.COMPUTE_TF32;
import static io.fluxo.cuda.emulator.ProductUnderTest.EPILOGUE;
import static io.fluxo.cuda.emulator.ProductUnderTest.F32;
import static io.fluxo.cuda.emulator.ProductUnderTest.TRANSPOSE_A;
import static io.fluxo.cuda.emulator.ProductUnderTest.TRANSPOSE_B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of the emulator's cuBLASLt are those that plain sums give, with what follows on them. */
class FakeCublasLtTest extends OnEmulatedDevice {

    private static final int WRONG = 7;
    private static final int UNSUPPORTED = 15;
    private static final int M = 8;
    private static final int N = 3;
    private static final int K = 5;

    private final Random random = new Random(1);
    /** op(A) · op(B), by columns. */
    private static double[] product(float[] a, boolean transposeA, float[] b, boolean transposeB) {
        double[] d = new double[M * N];
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                for (int k = 0; k < K; k++) {
                    d[i + M * j] += (double) a[transposeA ? k + K * i : i + M * k] * b[transposeB ? j + N * k : k + K * j];
                }
            }
        }
        return d;
    }

    private float[] numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void assertClose(float[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected[i], within(2e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void eachMatrixMayBeTransposed(boolean transposeA, boolean transposeB) {
        float[] a = numbers(M * K);
        float[] b = numbers(K * N);
        float[] c = numbers(M * N);
        double[] expected = product(a, transposeA, b, transposeB);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 2 * expected[i] - 3 * c[i];
        }
        long d = device.floats(c);
        ProductUnderTest product = new ProductUnderTest(device, COMPUTE_F32, F32, F32, new long[][] {
            transposeA ? new long[] {K, M} : new long[] {M, K}, transposeB ? new long[] {N, K} : new long[] {K, N}, {M, N}});
        product.with(TRANSPOSE_A, transposeA ? 1 : 0).with(TRANSPOSE_B, transposeB ? 1 : 0).scaled(2, -3).run(device.floats(a), device.floats(b), d, 0);
        assertClose(device.floatsAt(d, M * N), expected);
    }

    @Test
    void batchesMayShareAMatrix() {
        float[] a = numbers(2 * M * K);
        float[] b = numbers(K * N);
        long d = device.allocate(8 * M * N);
        new ProductUnderTest(device, M, N, K).batches(2, M * K, 0, M * N).run(device.floats(a), device.floats(b), d, 0);
        float[] found = device.floatsAt(d, 2 * M * N);
        assertClose(Arrays.copyOf(found, M * N), product(Arrays.copyOf(a, M * K), false, b, false));
        assertClose(Arrays.copyOfRange(found, M * N, 2 * M * N), product(Arrays.copyOfRange(a, M * K, 2 * M * K), false, b, false));
    }

    @Test
    void aBiasIsAddedToEachColumn() {
        float[] a = numbers(M * K);
        float[] b = numbers(K * N);
        float[] bias = numbers(M);
        double[] expected = product(a, false, b, false);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.max(0, expected[i] + bias[i % M]);
        }
        long d = device.allocate(4 * M * N);
        new ProductUnderTest(device, M, N, K).with(EPILOGUE, 4 | 2).with(BIAS, device.floats(bias)).run(device.floats(a), device.floats(b), d, 0);
        assertClose(device.floatsAt(d, M * N), expected);
    }

    @Test
    void geluKeepsWhatItWasGivenForItsDerivative() {
        float[] a = numbers(M * K);
        // Where x is far below 0, float32 has few digits of 1 + tanh.
        for (int i = 0; i < a.length; i++) {
            a[i] /= 4;
        }
        float[] b = numbers(K * N);
        double[] x = product(a, false, b, false);
        double[] gelu = new double[M * N];
        double[] slope = new double[M * N];
        for (int i = 0; i < x.length; i++) {
            gelu[i] = gelu(x[i]);
            slope[i] = x[i] * (gelu(x[i] + 1e-5) - gelu(x[i] - 1e-5)) / 2e-5;
        }
        long kept = device.allocate(4 * M * N);
        long d = device.allocate(4 * M * N);
        long left = device.floats(a);
        long right = device.floats(b);
        new ProductUnderTest(device, M, N, K).with(EPILOGUE, 32 | 128).with(AUXILIARY, kept).with(AUXILIARY_LEADING, (long) M).run(left, right, d, 0);
        assertClose(device.floatsAt(d, M * N), gelu);
        assertClose(device.floatsAt(kept, M * N), x);

        // The same product as a gradient, times the slope; and its sums over columns.
        long sums = device.allocate(4 * M);
        new ProductUnderTest(device, M, N, K).with(EPILOGUE, 64 | 128 | 16).with(AUXILIARY, kept).with(AUXILIARY_LEADING, (long) M).with(BIAS, sums).run(left, right, d, 0);
        assertClose(device.floatsAt(d, M * N), slope);
        double[] expected = new double[M];
        for (int i = 0; i < slope.length; i++) {
            expected[i % M] += slope[i];
        }
        assertClose(device.floatsAt(sums, M), expected);
    }

    private static double gelu(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    @Test
    void sumsOfAFactorAreABiassGradient() {
        float[] a = numbers(M * K);
        float[] b = numbers(K * N);
        double[] rows = new double[M];
        double[] columns = new double[N];
        for (int i = 0; i < a.length; i++) {
            rows[i % M] += a[i];
        }
        for (int i = 0; i < b.length; i++) {
            columns[i / K] += b[i];
        }
        long d = device.allocate(4 * M * N);
        long sums = device.allocate(4 * M);
        new ProductUnderTest(device, M, N, K).with(EPILOGUE, 256).with(BIAS, sums).run(device.floats(a), device.floats(b), d, 0);
        assertClose(device.floatsAt(sums, M), rows);
        new ProductUnderTest(device, M, N, K).with(EPILOGUE, 512).with(BIAS, sums).run(device.floats(a), device.floats(b), d, 0);
        assertClose(device.floatsAt(sums, N), columns);
        assertClose(device.floatsAt(d, M * N), product(a, false, b, false));
    }

    @Test
    void tf32RoundsFactorsAndBfloat16IsRead() {
        long d = device.allocate(4);
        new ProductUnderTest(device, COMPUTE_TF32, F32, F32, new long[][] {{1, 1}, {1, 1}, {1, 1}}).run(device.floats(1 + 3f / 4096), device.floats(1), d, 0);
        assertThat(device.floatsAt(d, 1)).containsExactly(1 + 1f / 1024);
        // Two numbers in each word: 1 and 2, 3 and 4.
        new ProductUnderTest(device, COMPUTE_F32, BF16, F32, new long[][] {{1, 2}, {2, 1}, {1, 1}}).run(device.ints(0x40003f80), device.ints(0x40804040), d, 0);
        assertThat(device.floatsAt(d, 1)).containsExactly(11);
    }

    @Test
    void aProductIsCapturedWithItsNumbers() {
        long a = device.floats(1, 2, 3, 4);
        long d = device.floats(0, 0, 0, 0);
        device.synchronize();
        ProductUnderTest product = new ProductUnderTest(device, 2, 2, 2).scaled(1, 1);
        var graph = device.captured(() -> product.run(a, a, d, 0));
        product.scaled(0, 0);
        device.functions.require("cuGraphLaunch", graph, device.stream);
        device.functions.require("cuGraphLaunch", graph, device.stream);
        assertThat(device.floatsAt(d, 4)).containsExactly(14, 20, 30, 44);
    }

    @Test
    void theWorkspaceIsUsed() {
        long a = device.floats(numbers(M * K));
        long b = device.floats(numbers(K * N));
        long d = device.allocate(4 * M * N);
        long workspace = device.floats(new float[1 << 18]);
        ProductUnderTest product = new ProductUnderTest(device, M, N, K);
        byte[] algorithm = product.algorithm();
        product.run(a, b, d, 0, algorithm, workspace, 1 << 20);
        assertThat(device.floatsAt(workspace, 1)).containsExactly(Float.NaN);
        assertFails(WRONG, "the workspace is smaller than the algorithm needs", () -> product.run(a, b, d, 0, algorithm, workspace, 100));
        long both = device.allocate(1 << 20);
        assertFails(WRONG, "D shares memory with the workspace", () -> product.run(a, b, both, 0, algorithm, both, 1 << 20));
        long odd = device.allocate(4 * M * K + 4) + 4;
        assertFails(UNSUPPORTED, "A's address is not a multiple of 16 bytes", () -> product.run(odd, b, d, 0, algorithm, workspace, 1 << 20));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        long a = device.floats(numbers(M * K));
        long small = device.allocate(4);
        ProductUnderTest product = new ProductUnderTest(device, M, N, K);
        assertFails(WRONG, "D: 96 bytes are asked for where 4 are left", () -> product.run(a, a, small, 0));
        assertFails(WRONG, "D is written, and shares memory with A", () -> product.run(a, device.floats(numbers(K * N)), a, 0));
        assertFails(WRONG, "sizes do not fit", () -> new ProductUnderTest(device, COMPUTE_F32, F32, F32, new long[][] {{M, K}, {N, K}, {M, N}}).algorithm());
        assertFails(UNSUPPORTED, "bfloat16 to either", () -> new ProductUnderTest(device, COMPUTE_TF32, BF16, F32, new long[][] {{M, K}, {K, N}, {M, N}}).algorithm());
        assertFails(UNSUPPORTED, "does not know this epilogue", () -> new ProductUnderTest(device, M, N, K).with(EPILOGUE, 3).algorithm());
    }

    private static void assertFails(int status, String message, Runnable work) {
        EmulatorException failure = catchThrowableOfType(EmulatorException.class, work::run);
        assertThat(failure).isNotNull().hasMessageContaining(message);
        assertThat(failure.status()).isEqualTo(status);
    }
}
