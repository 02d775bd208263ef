package io.fluxo.cuda.engine;

import static io.fluxo.cuda.engine.EmulatedProducts.product;
import static io.fluxo.cuda.engine.EmulatedProducts.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.op.Engine.Fused;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Products and attention in bfloat16 beside the same in float32. Factors are rounded by at most 2⁻⁹ of themselves, so that a product of two is off by 2⁻⁸ of itself at most, and a sum of
 * products by 2⁻⁸ of the sum of their sizes: that bounds a matrix product. Attention rounds twice more, queries and keys before the softmax and weights after it; its errors are held to a
 * share of the largest value.
 */
class Bfloat16Test {

    private static final double ROUNDING = 0x1p-8;

    private static HostArray normal(String name, int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        double[] drawn = RandomKey.of(7).split(name).normals(values.length, 1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) drawn[i];
        }
        return HostArray.of(shape, values);
    }

    @Test
    void aProductIsOffByTheRoundingOfItsFactors() {
        HostArray a = normal("a", 5, 37);
        HostArray b = normal("b", 37, 11);
        float[] rounded = product(Precision.BF16, a, b);
        float[] exact = product(Precision.F32, a, b);
        float[] sizes = product(Precision.F32, sizes(a), sizes(b));
        boolean differs = false;
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(rounded[i] - exact[i])).isLessThanOrEqualTo((float) (ROUNDING * sizes[i] * 1.01));
            differs |= rounded[i] != exact[i];
        }
        assertThat(differs).as("bfloat16 is used").isTrue();
    }

    /** Result and gradients of an attention. */
    private static HostArray[] attention(Precision precision, Mask mask, int n, int m, int d, int dv) {
        FusedOp op = new FusedOp.Attention(mask, Scalar.of(1 / Math.sqrt(d)), false);
        try (Backend backend = EmulatedGpu.open(precision)) {
            Tensor[] in = {backend.upload(normal("q", 2, n, 3, d)), backend.upload(normal("k", 2, m, 3, d)), backend.upload(normal("v", 2, m, 3, dv))};
            Fused forward = backend.runFused(op, true, in);
            Tensor[] gradients = backend.backward(op, in, forward, backend.upload(normal("g", 2, n, 3, dv)));
            return Stream.concat(Stream.of(forward.output()), Arrays.stream(gradients)).map(backend::download).toArray(HostArray[]::new);
        }
    }

    @ParameterizedTest
    @CsvSource({"CAUSAL, 7, 7, 8, 8", "CAUSAL, 70, 70, 16, 16", "BIDIRECTIONAL, 65, 130, 32, 20", "CAUSAL, 3, 9, 64, 64", "BIDIRECTIONAL, 33, 33, 128, 96"})
    void attentionAndItsGradientsAreNearThoseInFloats(Mask mask, int n, int m, int d, int dv) {
        HostArray[] rounded = attention(Precision.BF16, mask, n, m, d, dv);
        HostArray[] exact = attention(Precision.F32, mask, n, m, d, dv);
        boolean differs = false;
        for (int part = 0; part < exact.length; part++) {
            double[] got = rounded[part].toDoubles();
            double[] expected = exact[part].toDoubles();
            double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            for (int i = 0; i < got.length; i++) {
                assertThat(Math.abs(got[i] - expected[i])).as("part %d, element %d", part, i).isLessThanOrEqualTo(6 * ROUNDING * largest);
                differs |= got[i] != expected[i];
            }
        }
        assertThat(differs).as("bfloat16 is used").isTrue();
    }

    /** Gradients of x, W and b. */
    private static float[][] gradients(Precision precision, HostArray x, HostArray w, HostArray g) {
        FusedOp op = new FusedOp.Linear(true);
        try (Backend backend = EmulatedGpu.open(precision)) {
            Tensor[] in = {backend.upload(x), backend.upload(w), backend.upload(normal("b", w.shape().size(1)))};
            return Arrays.stream(backend.backward(op, in, backend.runFused(op, true, in), backend.upload(g))).map(one -> backend.download(one).toFloats()).toArray(float[][]::new);
        }
    }

    @Test
    void gradientsOfALinearMapAreOffByTheRoundingOfTheirFactors() {
        HostArray x = normal("x", 9, 37);
        HostArray w = normal("w", 37, 11);
        HostArray g = normal("g", 9, 11);
        float[][] rounded = gradients(Precision.BF16, x, w, g);
        float[][] exact = gradients(Precision.F32, x, w, g);
        float[][] sizes = gradients(Precision.F32, sizes(x), sizes(w), sizes(g));
        for (int part = 0; part < exact.length; part++) {
            for (int i = 0; i < exact[part].length; i++) {
                assertThat(Math.abs(rounded[part][i] - exact[part][i])).as("part %d, element %d", part, i).isLessThanOrEqualTo((float) (ROUNDING * sizes[part][i] * 1.01));
            }
        }
        assertThat(rounded[0]).as("bfloat16 is used").isNotEqualTo(exact[0]);
    }

    /** What is no product has the bits of float32. */
    @Test
    void normsAreThoseOfFloats() {
        HostArray x = normal("x", 4, 33);
        assertThat(norm(Precision.BF16, x)).isEqualTo(norm(Precision.F32, x));
    }

    private static float[] norm(Precision precision, HostArray x) {
        try (Backend backend = EmulatedGpu.open(precision)) {
            return backend.download(backend.runFused(new FusedOp.LayerNorm(1e-5, false), false, backend.upload(x)).output()).toFloats();
        }
    }
}
