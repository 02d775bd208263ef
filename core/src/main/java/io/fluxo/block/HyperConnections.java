package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import io.fluxo.shape.Dim;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Hyper-connections (Zhu et al. 2024): n streams, whose weights are the same for all tokens or, dynamic, of each token. They begin as pre-norm, in every stream; the
 * matrices whose results join the streams begin √n times as large.
 */
public record HyperConnections(int streams, boolean dynamic) implements Placement {

    public static final Key<Integer> STREAMS = Key.of("streams", Type.whole(1), 4, "how many streams run side by side");
    public static final Key<Boolean> DYNAMIC = Key.of("dynamic", Type.truth(), true, "whether the weights of streams depend on the token");

    /** Four streams, dynamic. */
    public static final HyperConnections STANDARD = new HyperConnections(STREAMS.standard(), DYNAMIC.standard());

    static final String ENDING = "N(the sum of the streams)";

    @Override
    public List<Key<?>> keys() {
        return List.of(STREAMS, DYNAMIC);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new HyperConnections(own.get(STREAMS), own.get(DYNAMIC));
    }

    @Override
    public Block block(Parts parts) {
        Dim n = Dim.of("stream", streams);
        return new HyperBlock(parts, n, (path, k) -> new HyperConnection(path, parts.dModel(), n, k,
                dynamic ? Optional.of(parts.norm().apply(path.substring(path.lastIndexOf('.') + 1) + ".ln")) : Optional.empty()));
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public SubLayers subLayers(SubLayers.Site site) {
        return SubLayers.ORDINARY.withOuterGain(Math.sqrt(streams));
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).withStreams(streams, ENDING).departingFromTheSum("what attention returns joins several streams, weighed");
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new HyperStack(blocks, Dim.of("stream", streams));
    }
}
