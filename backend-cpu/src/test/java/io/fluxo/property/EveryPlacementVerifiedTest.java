package io.fluxo.property;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Placement;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.model.ModelParts;
import io.fluxo.property.junit.VerifiedBlock;
import io.fluxo.tensor.DType;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** What every block has to keep, for every registered placement. */
class EveryPlacementVerifiedTest {

    private record Subject(Placement placement) implements VerifiedBlock {
        @Override
        public Backend backend() {
            return new SimdProvider().open(BackendOptions.DEFAULT);
        }

        @Override
        public BlockDomain domain() {
            return BlockDomain.of(DType.F32).norms("layer_norm", "rms_norm", "dynamic_tanh", "batch_norm", "none");
        }

        @Override
        public int trials() {
            return 25;
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyPlacement() {
        return ModelParts.CATALOG.all(Placement.KIND).entrySet().stream().map(entry ->
                DynamicContainer.dynamicContainer(entry.getKey(), new Subject(entry.getValue()).verify()));
    }
}
