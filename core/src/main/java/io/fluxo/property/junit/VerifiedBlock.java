package io.fluxo.property.junit;

import io.fluxo.backend.Backend;
import io.fluxo.block.Placement;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.property.BlockCase;
import io.fluxo.property.BlockProperties;
import io.fluxo.property.LayerProperties;
import io.fluxo.proof.DimensionProof;
import io.fluxo.proof.TokenTheorem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Verifies a block of your own. Proved: it preserves d_model at all sizes, and only its attention lets tokens see each other, as far as the
 * mask permits. Tried on a backend: finite values, causality to the bit, and that the equations of one token agree with those of all.
 * <pre>{@code
 * class MyBlockTest implements VerifiedBlock {
 *     public Placement placement() { return Placement.of(MyBlock::new, true); }
 *     public Backend backend() { return new SimdProvider().open(BackendOptions.DEFAULT); }
 * }
 * }</pre>
 */
public interface VerifiedBlock extends Verified {

    /** The block under test. */
    Placement placement();

    @TestFactory
    default Stream<DynamicTest> verify() {
        List<DynamicTest> proofs = new ArrayList<>();
        proofs.add(PropertyTests.proof("d_model is preserved at all sizes", this::changedShape));
        for (MaskKind mask : domain().masks()) {
            proofs.add(PropertyTests.proof("only attention moves information between tokens, " + mask, () -> leak(mask)));
        }
        Backend backend = backend();
        var properties = new LayerProperties<>(drawn -> drawn.block(placement(), catalog()), domain(), backend, dtype());
        return PropertyTests.of(this, proofs, new BlockProperties(properties).all(), backend);
    }

    private Optional<String> changedShape() {
        return DimensionProof.of(domain().simplest().block(placement(), catalog(), ModelDims.symbolic())).failure();
    }

    private Optional<String> leak(MaskKind mask) {
        String name = "verified block";
        BlockCase smallest = domain().masks(mask).pos(PROVED_TOKENS, PROVED_TOKENS).simplest();
        Catalog withBlock = catalog().plus(Placement.KIND, name, placement());
        return TokenTheorem.of(smallest.spec(name), withBlock, PROVED_TOKENS).failure();
    }
}
