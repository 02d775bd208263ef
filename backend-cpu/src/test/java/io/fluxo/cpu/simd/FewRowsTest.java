package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One row, or a few: the bits of the same rows among many, and of the chain of multiply-adds that each element is. */
class FewRowsTest {

    /** So many that the kernel of tiles computes them, whatever its height. */
    private static final int MANY = 13;
    private static final int[] DEPTHS = {1, 2, 15, 16, 17, 63, 64, 65, 144, 769};
    private static final int[] WIDTHS = {1, 3, 15, 16, 17, 31, 33, 64, 65, 127, 130, 200};

    private static float[] values(int count, int stream) {
        RandomKey key = RandomKey.of(7).split("few rows " + stream);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (key.uniform(i) * 2 - 1);
        }
        return values;
    }

    private static float[] floats(Backend backend, Tensor tensor) {
        return (float[]) backend.download(tensor).array();
    }

    /** Σ_p a(i, p)·b(p, j), one after the other. */
    private static float[] chains(int m, int n, int k, float[] a, float[] b, boolean transposed, float[] bias) {
        float[] c = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = bias == null ? 0 : bias[j];
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[i * k + p], transposed ? b[j * k + p] : b[p * n + j], sum);
                }
                c[i * n + j] = sum;
            }
        }
        return c;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void productsHaveTheBitsOfTheChainAndOfManyRows(int threads) {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads))) {
            Ops ops = new Ops(backend);
            for (int k : DEPTHS) {
                for (int n : WIDTHS) {
                    float[] a = values(MANY * k, k);
                    float[] b = values(k * n, n);
                    float[] bias = values(n, k + n);
                    try (TensorScope _ = backend.openScope()) {
                        Tensor plain = backend.upload(HostArray.of(Shape.of(k, n), b));
                        Tensor turned = backend.upload(HostArray.of(Shape.of(n, k), b));
                        Tensor start = backend.upload(HostArray.of(Shape.of(n), bias));
                        Tensor all = backend.upload(HostArray.of(Shape.of(MANY, k), a));
                        float[] manyTurned = floats(backend, ops.matMul(all, turned, false, true));
                        float[] manyLinear = floats(backend, ops.linear(all, plain, start));
                        for (int m = 1; m <= 5; m++) {
                            Tensor few = backend.upload(HostArray.of(Shape.of(m, k), Arrays.copyOf(a, m * k)));
                            String sizes = m + " × " + k + " × " + n + ", threads " + threads;
                            assertThat(floats(backend, ops.matMul(few, turned, false, true))).as("transposed, " + sizes)
                                    .isEqualTo(chains(m, n, k, a, b, true, null)).isEqualTo(Arrays.copyOf(manyTurned, m * n));
                            assertThat(floats(backend, ops.matMul(few, plain))).as(sizes).isEqualTo(chains(m, n, k, a, b, false, null));
                            assertThat(floats(backend, ops.linear(few, plain, start))).as("with a bias, " + sizes)
                                    .isEqualTo(chains(m, n, k, a, b, false, bias)).isEqualTo(Arrays.copyOf(manyLinear, m * n));
                            Tensor columns = backend.upload(HostArray.of(Shape.of(k, m), columns(a, m, k)));
                            assertThat(floats(backend, ops.matMul(columns, plain, true, false))).as("from columns, " + sizes).isEqualTo(chains(m, n, k, a, b, false, null));
                        }
                    }
                }
            }
        }
    }

    /** The m rows of {@code a} as columns. */
    private static float[] columns(float[] a, int m, int k) {
        float[] columns = new float[m * k];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                columns[p * m + i] = a[i * k + p];
            }
        }
        return columns;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void nothingToAddUpIsZeroOrTheBias(int threads) {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads)); TensorScope _ = backend.openScope()) {
            Ops ops = new Ops(backend);
            Tensor empty = backend.upload(HostArray.of(Shape.of(1, 0), new float[0]));
            Tensor matrix = backend.upload(HostArray.of(Shape.of(0, 40), new float[0]));
            assertThat(floats(backend, ops.matMul(empty, matrix))).isEqualTo(new float[40]);
            float[] bias = values(40, 1);
            assertThat(floats(backend, ops.linear(empty, matrix, backend.upload(HostArray.of(Shape.of(40), bias))))).isEqualTo(bias);
        }
    }

    /** The last queries by themselves, as a sequence that goes on asks them, against all of them at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void attentionHasTheBitsOfManyRows(int threads) {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads))) {
            Ops ops = new Ops(backend);
            FusedOp.Attention attention = new FusedOp.Attention(FusedOp.Mask.CAUSAL, Scalar.of(0.3), false);
            for (int m : new int[] {13, 16, 17, 64, 130}) {
                for (int width : new int[] {1, 8, 16, 24, 64, 70}) {
                    try (TensorScope _ = backend.openScope()) {
                        Shape shape = Shape.of(1, m, 3, width);
                        float[] queries = values(m * 3 * width, m);
                        Tensor k = backend.upload(HostArray.of(shape, values(m * 3 * width, m + 1)));
                        Tensor v = backend.upload(HostArray.of(shape, values(m * 3 * width, m + 2)));
                        float[] all = floats(backend, ops.fused(attention, backend.upload(HostArray.of(shape, queries)), k, v));
                        for (int n = 1; n <= 5; n++) {
                            int from = (m - n) * 3 * width;
                            Tensor last = backend.upload(HostArray.of(Shape.of(1, n, 3, width), Arrays.copyOfRange(queries, from, queries.length)));
                            assertThat(floats(backend, ops.fused(attention, last, k, v))).as(n + " of " + m + " queries, width " + width)
                                    .isEqualTo(Arrays.copyOfRange(all, from, all.length));
                        }
                    }
                }
            }
        }
    }
}
