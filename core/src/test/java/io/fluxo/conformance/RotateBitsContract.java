package io.fluxo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Ops;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of a kernel of rotary positions that rounds where the composition does: what was trained with one is trained with the other. */
public abstract class RotateBitsContract {

    /** Pairs of features, from fewer than the vectors of any machine hold to more, in whole vectors and not. */
    private static final int[][] SIZES = {{1, 1, 1, 2}, {2, 5, 3, 14}, {3, 4, 2, 32}, {2, 7, 1, 74}, {2, 60, 4, 66}};

    /** A backend with such a kernel, in float32. */
    protected abstract Backend open();

    @ParameterizedTest
    @EnumSource
    void kernelAndCompositionHaveTheSameBits(Pairs pairs) {
        try (Backend backend = open()) {
            assertThat(backend.fuses(new FusedOp.Rotate(pairs))).isTrue();
            for (int[] sizes : SIZES) {
                List<float[]> composed = valueAndGradient(new NoKernels(backend), pairs, sizes);
                List<float[]> fused = valueAndGradient(backend, pairs, sizes);
                assertThat(fused.getFirst()).isEqualTo(composed.getFirst());
                assertThat(fused.getLast()).isEqualTo(composed.getLast());
            }
        }
    }

    private static List<float[]> valueAndGradient(Backend backend, Pairs pairs, int... sizes) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = tape.watch(normal(backend, "x", sizes));
            Tensor y = new Ops(tape).rotate(x, normal(backend, "cos", sizes[1], sizes[3] / 2), normal(backend, "sin", sizes[1], sizes[3] / 2), pairs);
            Tensor[] gradients = tape.gradients(y, normal(backend, "seed", sizes), List.of(x));
            return List.of(tape.download(y).toFloats(), backend.download(gradients[0]).toFloats());
        }
    }

    private static Tensor normal(Backend backend, String name, int... sizes) {
        return backend.upload(Samples.normal(name, sizes).cast(DType.F32));
    }
}
