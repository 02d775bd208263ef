package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.FusedOp;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SingleTest {

    private static final RandomKey KEY = RandomKey.of(4);

    private final Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));

    @AfterEach
    void close() {
        simd.close();
        exact.close();
    }

    private static HostArray drawn(String name, int... sizes) {
        Shape shape = Shape.of(sizes);
        RandomKey key = KEY.split(name);
        return HostArray.of(shape, DType.F32, IntStream.range(0, shape.elements()).mapToDouble(key::normal).toArray());
    }

    /** Each term is rounded as part of the large sum that is there, and not of the small one that is added. */
    @Test
    void aGradientThatIsAddedTermByTermIsRounding() {
        for (int i = 0; i < 100; i++) {
            List<HostArray> inputs = new ArrayList<>(List.of(drawn("x" + i, 3, 8), drawn("w" + i, 8, 21)));
            boolean bias = i % 2 == 0;
            if (bias) {
                inputs.add(drawn("b" + i, 21));
            }
            HostArray gradient = drawn("g" + i, 3, 21);
            HostArray large = HostArray.of(Shape.of(3, 8), DType.F32, Arrays.stream(drawn("sum" + i, 3, 8).toDoubles()).map(value -> 1000 * value).toArray());
            Single single = new Single(new FusedOp.Linear(bias), inputs, Optional.of(new Single.Reverse(gradient, Optional.of(large))));
            assertThat(single.on(simd, DType.F32, exact)).as("case %d", i).satisfies(row -> assertThat(row.verdict()).as(row.note()).isEqualTo(CompareVerdict.NOISE));
        }
    }

    @Test
    void whatShouldComeOutIsThereForEachFloatingInput() {
        Single.Compared compared = new Single(new FusedOp.CrossEntropy(), List.of(drawn("x", 2, 3), HostArray.of(Shape.of(2), 0, 2)), Optional.of(new Single.Reverse(drawn("g", 2), Optional.empty())))
                .compared(simd, DType.F32, exact);
        assertThat(compared.row().verdict()).isEqualTo(CompareVerdict.NOISE);
        assertThat(compared.exact()).singleElement().satisfies(gradient -> assertThat(gradient.shape()).isEqualTo(Shape.of(2, 3)));
    }

    @Test
    void updatesAreRunToo() {
        HostArray x = drawn("x", 2, 3);
        Single.Compared compared = new Single(new UpdateOp.Accumulate(), List.of(x, x)).compared(simd, DType.F32, exact);
        assertThat(compared.row().verdict()).isEqualTo(CompareVerdict.NOISE);
        assertThat(compared.exact().getFirst().toDoubles()[4]).isEqualTo(2 * x.toDoubles()[4]);
    }

    @Test
    void aPrimitiveHasNoGradientOfItsOwn() {
        assertThatThrownBy(() -> new Single(new PrimitiveOp.Exp(), List.of(drawn("x", 2)), Optional.of(new Single.Reverse(drawn("g", 2), Optional.empty()))))
                .hasMessage("exp has no gradient of its own: only fused operations have");
    }
}
