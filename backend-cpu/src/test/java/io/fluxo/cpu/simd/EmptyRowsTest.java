package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of no features: their mean is no number, so compositions are no measure here, but nothing is asked of it either. */
class EmptyRowsTest {

    static Stream<FusedOp> norms() {
        return Stream.of(new FusedOp.LayerNorm(1e-5, true), new FusedOp.RmsNorm(1e-5, true));
    }

    @ParameterizedTest
    @MethodSource("norms")
    void normsOfNoFeaturesHaveGradientsOfNoElements(FusedOp norm) {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, 2)); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = tape.watch(backend.upload(HostArray.of(Shape.of(3, 0), new float[0])));
            Tensor gain = tape.watch(backend.upload(HostArray.of(Shape.of(0), new float[0])));
            Tensor bias = tape.watch(backend.upload(HostArray.of(Shape.of(0), new float[0])));
            Ops ops = new Ops(tape);
            Tensor y = norm instanceof FusedOp.LayerNorm ? ops.fused(norm, x, gain, bias) : ops.fused(norm, x, gain);
            Tensor[] gradients = tape.gradients(ops.sumAll(y), Arrays.asList(x, gain));
            assertThat(gradients).extracting(Tensor::shape).containsExactly(Shape.of(3, 0), Shape.of(0));
        }
    }
}
