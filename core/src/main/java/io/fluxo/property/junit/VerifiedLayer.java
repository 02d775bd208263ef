package io.fluxo.property.junit;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Layer;
import io.fluxo.model.ModelDims;
import io.fluxo.property.LayerProperties;
import io.fluxo.proof.DimensionProof;
import io.fluxo.proof.TokenClaim;
import io.fluxo.proof.TokenFlow;
import io.fluxo.proof.TokenProof;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Verifies a layer of your own that treats each token for itself, as a norm or a feed-forward network does. Proved: it preserves d_model at
 * all sizes, and a token depends on no other. Tried on a backend: finite values, and the same independence to the bit.
 * <pre>{@code
 * class MyNormTest implements VerifiedLayer {
 *     public Layer layer(ModelDims dims) { return new MyNorm("norm", dims.dModel()); }
 *     public Backend backend() { return new SimdProvider().open(BackendOptions.DEFAULT); }
 * }
 * }</pre>
 */
public interface VerifiedLayer extends Verified {

    /** The layer, [batch pos d_model] → the same, at sizes that are numbers or symbols. */
    Layer layer(ModelDims dims);

    @TestFactory
    default Stream<DynamicTest> verify() {
        List<DynamicTest> proofs = List.of(
                PropertyTests.proof("d_model is preserved at all sizes", () -> DimensionProof.of(layer(ModelDims.symbolic())).failure()),
                PropertyTests.proof("a token depends on no other", this::leak));
        Backend backend = backend();
        var properties = new LayerProperties<>(drawn -> layer(drawn.dims()), domain(), backend, dtype());
        return PropertyTests.of(this, proofs, properties.tokenwise(), backend);
    }

    private Optional<String> leak() {
        ModelDims dims = domain().simplest().dims();
        TokenProof proof = TokenFlow.of(layer(dims), dims.dModel(), PROVED_TOKENS).prove(TokenClaim.TOKEN_DIAGONAL);
        return proof.failure().map(reason -> proof.sentence());
    }
}
