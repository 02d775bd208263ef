package io.fluxo.experiments.compare.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models that come to most of simd's kernels, forward and in reverse, are within rounding. {@code .ci/mutations} plants faults into the kernels against this. */
class SimdModelsComparedTest {

    private static final ModelSpec SMALL = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 2).with(ModelSpec.D_MODEL, 22).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 21)
            .with(ModelSpec.N_CTX, 7).with(ModelSpec.D_VOCAB, 19).with(ModelSpec.NORM_AFFINE, true);

    private static final List<ModelSpec> MODELS = List.of(SMALL.with(ModelSpec.PLACEMENT, "pre").with(ModelSpec.ACT_FN, "gelu_tanh"),
            SMALL.with(ModelSpec.PLACEMENT, "post").with(ModelSpec.NORM, "rms_norm").with(ModelSpec.ACT_FN, "gelu"));

    @Test
    void everyDifferenceIsRounding() {
        try (Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            for (ModelSpec spec : MODELS) {
                List<CompareRow> rows = new ModelComparison(spec, ModelParts.CATALOG, 1).compare(simd, DType.F32, exact, (row, _) -> row);
                assertThat(rows.stream().filter(row -> row.verdict() == CompareVerdict.BUG).map(row -> row.what() + ": " + row.note())).isEmpty();
            }
        }
    }
}
