package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.shape.Dim;
import java.util.List;
import java.util.function.Function;

/** mHC (arXiv 2512.24880): hyper-connections whose streams are mixed by doubly stochastic matrices. */
public record ManifoldHyperConnections(int streams) implements Placement {

    /** Four streams. */
    public static final ManifoldHyperConnections STANDARD = new ManifoldHyperConnections(HyperConnections.STREAMS.standard());

    @Override
    public List<Key<?>> keys() {
        return List.of(HyperConnections.STREAMS);
    }

    @Override
    public Placement with(OwnSettings own) {
        return new ManifoldHyperConnections(own.get(HyperConnections.STREAMS));
    }

    @Override
    public Block block(Parts parts) {
        Dim n = Dim.of("stream", streams);
        return new HyperBlock(parts, n, (path, k) -> new ManifoldConnection(path, parts.dModel(), n, k));
    }

    @Override
    public boolean finalNorm() {
        return true;
    }

    @Override
    public Traits traits() {
        return Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).withStreams(streams, HyperConnections.ENDING)
                .departingFromTheSum("what attention returns joins several streams, weighed");
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return new HyperStack(blocks, Dim.of("stream", streams));
    }
}
