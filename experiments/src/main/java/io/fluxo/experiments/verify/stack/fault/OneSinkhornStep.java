package io.fluxo.experiments.verify.stack.fault;

import io.fluxo.block.Block;
import io.fluxo.block.Connection;
import io.fluxo.block.HyperBlock;
import io.fluxo.block.HyperConnections;
import io.fluxo.block.ManifoldHyperConnections;
import io.fluxo.block.Placement;
import io.fluxo.block.Stack;
import io.fluxo.block.Traits;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** mHC whose mixing matrices are made by one step of Sinkhorn and Knopp in the place of twenty. Sub-layers read the mean of the streams, and each stream takes all of what they return. */
public record OneSinkhornStep(ManifoldHyperConnections sound) implements Placement {

    @Override
    public List<Key<?>> keys() {
        return sound.keys();
    }

    @Override
    public Placement with(OwnSettings own) {
        return new OneSinkhornStep(new ManifoldHyperConnections(own.get(HyperConnections.STREAMS)));
    }

    @Override
    public Block block(Parts parts) {
        Dim n = Dim.of("stream", sound.streams());
        return new HyperBlock(parts, n, (path, _) -> new Unfinished(path, parts.dModel(), n));
    }

    @Override
    public boolean finalNorm() {
        return sound.finalNorm();
    }

    @Override
    public Traits traits() {
        return sound.traits();
    }

    @Override
    public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return sound.stack(blocks, norm);
    }

    private static final class Unfinished extends Connection {

        private final Dim streams;
        private final Layer norm;
        private final Parameter phi;
        private final Parameter a;
        private final Parameter b;

        private Unfinished(String path, Dim width, Dim streams) {
            super(path);
            this.streams = streams;
            norm = part(new RmsNorm(path + ".ln", streams.times(width), false, 1e-6));
            phi = parameter("res.phi", Shape.of(streams.times(width), streams.times(streams)), Initializer.ZEROS);
            a = parameter("res.a", Shape.of(1), Initializer.ONES);
            b = parameter("res.b", Shape.of(streams.times(streams)), Initializer.ZEROS);
        }

        @Override
        protected Weights made(Pass pass, Tensor h) {
            Tensor all = norm.forward(pass, pass.mergeAxes(h, 2));
            Tensor logits = pass.splitAxis(pass.add(pass.mul(pass.matMul(all, phi.value()), a.value()), b.value()), 2, streams, streams);
            Tensor m = pass.exp(pass.sub(logits, pass.stopGradient(pass.max(logits, 2, 3))));
            Tensor columns = pass.div(m, pass.sum(m, 2));
            Tensor rows = pass.div(columns, pass.sum(columns, 3));
            Tensor ones = pass.sumOver(rows, 3);
            return new Weights(pass.scale(ones, 1.0 / streams.size()), ones, rows);
        }
    }
}
