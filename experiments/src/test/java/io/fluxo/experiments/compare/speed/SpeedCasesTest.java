package io.fluxo.experiments.compare.speed;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpeedCasesTest {

    private static final List<SpeedCase> CASES = SpeedCases.all(Laboratory.open(Optional.empty()).catalog());

    @Test
    void everyOperationInThreeToSevenSizesThatGrow() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        SpeedCase before = null;
        for (SpeedCase one : CASES) {
            if (before != null && before.sameKind(one)) {
                assertThat(one.flops()).as(one.what()).isGreaterThan(before.flops());
                assertThat(one.growth(before, DType.F32)).as(one.what()).isGreaterThanOrEqualTo(one.flops() / before.flops());
            }
            sizes.merge(one.operation() + "/" + one.direction(), 1, Integer::sum);
            before = one;
        }
        assertThat(sizes.keySet()).containsExactly("add/forward", "exp/forward", "sum/forward", "matMul/forward", "linear/forward", "linear/gradient", "softmax/forward", "softmax/gradient",
                "layerNorm/forward", "layerNorm/gradient", "rmsNorm/forward", "rmsNorm/gradient", "gelu/forward", "gelu/gradient", "rotate/forward", "rotate/gradient", "attention/forward", "attention/gradient",
                "crossEntropy/forward", "crossEntropy/gradient", "train/step");
        assertThat(sizes.values()).allSatisfy(count -> assertThat(count).isBetween(3, 7));
        assertThat(CASES).extracting(SpeedCase::what).doesNotHaveDuplicates().contains("speed/matMul/forward/1024x1024x1024", "speed/matMul/forward/129x257x65", "speed/add/forward/1");
    }

    /** A training step that takes more bytes says nothing of them, and is expected to take as much longer as it computes more. */
    @Test
    void aTrainingStepGrowsByItsArithmeticAlone() {
        SpeedCase small = CASES.get(CASES.size() - 2);
        SpeedCase large = CASES.getLast();
        assertThat(large.growth(small, DType.F32)).isEqualTo(large.flops() / small.flops());
    }

    @Test
    void theSmallestOfEachRunsInEitherType() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            try (Backend ejml = new EjmlProvider().open(new BackendOptions(dtype, 0, 1))) {
                SpeedCase before = null;
                for (SpeedCase one : CASES) {
                    if (before == null || !before.sameKind(one)) {
                        try (TensorScope _ = ejml.openScope()) {
                            one.onBackend().on(ejml, dtype).run(2);
                        }
                    }
                    before = one;
                }
            }
        }
    }
}
