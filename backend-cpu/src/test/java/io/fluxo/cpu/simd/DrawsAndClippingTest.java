package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.conformance.NoKernels;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dropout's kernel and the clipping factor have the bits of what they stand for: the composition, and sums in doubles on the host. */
class DrawsAndClippingTest {

    private static final RandomKey KEY = RandomKey.of(5);

    private static HostArray normal(int draw, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = KEY.split(draw).normal(i);
        }
        return HostArray.of(shape, DType.F32, values);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3, 0.5, 0.999})
    void dropoutHasTheBitsOfItsComposition(double rate) {
        try (Backend simd = new SimdBackend(2)) {
            for (int[] sizes : new int[][] {{1}, {13, 30}, {4, 32, 32}, {257, 129}}) {
                assertThat(dropped(simd, rate, sizes)).isEqualTo(dropped(new NoKernels(simd), rate, sizes));
            }
        }
    }

    /** Values and gradients. */
    private static List<Float> dropped(Backend backend, double rate, int... sizes) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = tape.watch(backend.upload(normal(1, sizes)));
            Tensor key = backend.upload(HostArray.of(Shape.of(2), KEY.split("dropout").state(), 77L));
            Tensor y = new Ops(tape).dropout(x, key, rate);
            Tensor gradient = tape.gradients(y, backend.upload(normal(2, sizes)), List.of(x))[0];
            List<Float> found = new ArrayList<>();
            for (HostArray part : List.of(tape.download(y), backend.download(gradient))) {
                for (float value : part.toFloats()) {
                    found.add(value);
                }
            }
            return found;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theClipFactorIsThatOfTheHost(int threads) {
        try (Backend backend = new SimdBackend(threads)) {
            Tensor factor = backend.upload(normal(0));
            for (int count = 0; count < 12; count++) {
                List<HostArray> gradients = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    gradients.add(normal(i, 1 + KEY.below(300, i), 1 + KEY.below(9, 100 + i)));
                }
                double norm = Math.sqrt(gradients.stream().mapToDouble(HostArray::sumOfSquares).sum());
                List<Tensor> in = new ArrayList<>(List.of(factor));
                gradients.forEach(gradient -> in.add(backend.upload(gradient)));
                factor = backend.update(new ClipFactor(20), in.toArray(Tensor[]::new))[0];
                assertThat(backend.download(factor).toFloats()).containsExactly((float) (norm <= 20 ? 1 : 20 / norm));
            }
        }
    }

    @Test
    void sumsAreCompensatedAsAStreamDoes() {
        for (int n = 0; n < 300; n++) {
            double[] squares = new double[n];
            for (int i = 0; i < n; i++) {
                squares[i] = Math.exp(20 * KEY.normal(1000L * n + i));
            }
            double norm = Math.sqrt(Arrays.stream(squares).sum());
            assertThat(new ClipFactor(1e-9).factor(squares)).isEqualTo(norm <= 1e-9 ? 1 : 1e-9 / norm);
        }
        assertThat(new ClipFactor(2).factor(new double[] {1, Double.POSITIVE_INFINITY, 3})).isZero();
        assertThat(new ClipFactor(2).factor(new double[] {1, Double.NaN})).isNaN();
    }
}
