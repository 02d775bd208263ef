package io.fluxo.experiments.verify.stack.fault;

import io.fluxo.block.Block;
import io.fluxo.block.Connection;
import io.fluxo.block.DelegatingPlacement;
import io.fluxo.block.HyperBlock;
import io.fluxo.block.Placement;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/** mHC whose mixing matrices are made by one step of Sinkhorn and Knopp in the place of twenty. Sub-layers read the mean of the streams, and each stream takes all of what they return. */
public record OneSinkhornStep(Placement original) implements DelegatingPlacement {

    @Override
    public Placement of(Placement other) {
        return new OneSinkhornStep(other);
    }

    @Override
    public Block block(Parts parts) {
        Dim n = Dim.of("stream", original.traits().streams());
        return new HyperBlock(parts, n, (path, _) -> new Unfinished(path, parts.dModel(), n));
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
