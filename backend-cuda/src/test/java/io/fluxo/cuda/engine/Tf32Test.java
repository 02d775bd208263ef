package io.fluxo.cuda.engine;

import static io.fluxo.cuda.engine.EmulatedProducts.product;
import static io.fluxo.cuda.engine.EmulatedProducts.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Products in TF32 beside the same in float32. Factors keep 10 bits behind the point, and what is dropped is less than 2⁻¹⁰ of them, so that a product of two is off by less than 2⁻⁹ of itself,
 * and a sum of products by 2⁻⁹ of the sum of their sizes.
 */
class Tf32Test {

    private static final double ROUNDING = 0x1p-9;

    private static HostArray normal(String name, int... sizes) {
        Shape shape = Shape.of(sizes);
        return HostArray.of(shape, DType.F32, RandomKey.of(9).split(name).normals(shape.elements(), 1));
    }

    private static float[] run(Precision precision, FusedOp op, HostArray... in) {
        try (Backend backend = EmulatedGpu.open(precision)) {
            return backend.download(backend.runFused(op, false, Arrays.stream(in).map(backend::upload).toArray(Tensor[]::new)).output()).toFloats();
        }
    }

    @Test
    void aProductIsOffByTheRoundingOfItsFactors() {
        HostArray a = normal("a", 5, 37);
        HostArray b = normal("b", 37, 11);
        float[] rounded = product(Precision.TF32, a, b);
        float[] exact = product(Precision.F32, a, b);
        float[] sizes = product(Precision.F32, sizes(a), sizes(b));
        assertThat(rounded).as("TF32 is used").isNotEqualTo(exact);
        for (int i = 0; i < exact.length; i++) {
            assertThat((double) Math.abs(rounded[i] - exact[i])).isLessThanOrEqualTo(ROUNDING * sizes[i] * 1.01);
        }
    }

    @Test
    void whatIsNoProductOfMatricesHasTheBitsOfFloats() {
        FusedOp attention = new FusedOp.Attention(Mask.CAUSAL, Scalar.of(0.25), false);
        HostArray[] heads = {normal("q", 1, 9, 2, 16), normal("k", 1, 9, 2, 16), normal("v", 1, 9, 2, 16)};
        assertThat(run(Precision.TF32, attention, heads)).isEqualTo(run(Precision.F32, attention, heads));
        assertThat(run(Precision.TF32, new FusedOp.LayerNorm(1e-5, false), normal("x", 4, 33))).isEqualTo(run(Precision.F32, new FusedOp.LayerNorm(1e-5, false), normal("x", 4, 33)));
    }
}
