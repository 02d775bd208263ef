package io.fluxo.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.conformance.Bench;
import io.fluxo.conformance.Check;
import io.fluxo.conformance.Suite;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What compute-sanitizer watches on the GPU of this machine, where everything takes ten times as long: a few checks of the suite and steps of a training. */
class CudaDeviceMemoryTest extends CudaRoutineTest {

    /** One check in so many. */
    private static final int APART = 40;

    @BeforeAll
    static void requireDevice() {
        RealGpu.require();
    }

    @Override
    Backend open(Precision precision) {
        return RealGpu.onExactMemory(precision);
    }

    @Override
    List<String> placements() {
        return List.of("post");
    }

    @Test
    void someChecksOfEverySection() {
        List<Check> all = Stream.of(Suite.values(DType.F32), Suite.gradients(DType.F32), Suite.kernels(DType.F32), Suite.rest()).flatMap(List::stream).toList();
        List<String> failures = new ArrayList<>();
        try (Backend backend = open(Precision.F32)) {
            Bench bench = new Bench(backend, DType.F32);
            for (int i = 0; i < all.size(); i += APART) {
                try {
                    all.get(i).run(bench);
                } catch (RuntimeException | AssertionError failure) {
                    failures.add(all.get(i).name() + ": " + failure.getMessage());
                }
            }
        }
        assertThat(failures).isEmpty();
    }
}
