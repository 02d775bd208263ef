package io.fluxo.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * A backend of this module in one floating type, held against goldens.
 *
 * @param name what reports call it
 */
public record Setup(String name, BackendProvider provider, DType dtype) {

    /** Every backend in every type it computes in. */
    public static final List<Setup> ALL = List.of(
            new Setup("ejml f64", new EjmlProvider(), DType.F64),
            new Setup("ejml f32", new EjmlProvider(), DType.F32),
            new Setup("simd f32", new SimdProvider(), DType.F32));

    /** Each of {@code cases} on each setup. */
    static Stream<Arguments> with(List<?> cases) {
        return ALL.stream().flatMap(setup -> cases.stream().map(one -> Arguments.of(setup, one)));
    }

    public Backend open() {
        return provider.open(new BackendOptions(dtype, 0, 1));
    }

    /** {@code values} on {@code backend}, floating ones in this setup's type. */
    Tensor upload(Backend backend, HostArray values) {
        return backend.upload(values.dtype().isFloating() ? values.cast(dtype) : values);
    }

    /** How far a few dozen roundings in this type may lead from a golden that is exact to {@code golden}, relative to the largest value. */
    double tolerance(double golden) {
        return golden + switch (dtype) {
            case F64 -> 1e-10;
            case F32 -> 1e-5;
            default -> throw new IllegalStateException("no goldens in " + dtype);
        };
    }

    /** Holds {@code actual} against {@code expected}: each difference within {@code tolerance}, relative to the largest value where that exceeds 1. */
    static void assertClose(String what, HostArray actual, HostArray expected, double tolerance) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] wanted = expected.toDoubles();
        double[] found = actual.toDoubles();
        double scale = Math.max(1, Arrays.stream(wanted).map(Math::abs).max().orElse(0));
        for (int i = 0; i < wanted.length; i++) {
            if (!(Math.abs(found[i] - wanted[i]) <= tolerance * scale)) {
                throw new AssertionError("%s: element %d of %s is %s, but must be %s; they differ by %.3g, allowed is %.3g".formatted(what, i,
                        actual.shape(), found[i], wanted[i], Math.abs(found[i] - wanted[i]), tolerance * scale));
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
