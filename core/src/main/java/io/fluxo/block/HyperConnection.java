package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/**
 * The weights of hyper-connections (Zhu et al. 2024, arXiv 2409.19606): B, A_m and A_r, the same for all tokens; and, where they are dynamic, what each token adds to them:
 * s·tanh(N(H)W). At first the streams stay what they are, each takes all of the result, and the k-th sub-layer reads stream k mod n.
 */
final class HyperConnection extends Connection {

    private static final double FIRST_SCALE = 0.01;

    private final Dim streams;
    private final Parameter b;
    private final Parameter am;
    private final Parameter ar;
    private final Optional<Dynamic> dynamic;

    /**
     * @param k    the sub-layer's number, from 0
     * @param norm of the streams, where the weights are dynamic
     */
    HyperConnection(String path, Dim width, Dim streams, int k, Optional<Layer> norm) {
        super(path);
        this.streams = streams;
        int n = streams.size();
        b = parameter("B", Shape.of(streams), Initializer.ONES);
        am = parameter("A_m", Shape.of(streams), (shape, _) -> one(n, k % n));
        ar = parameter("A_r", Shape.of(streams, streams), (shape, _) -> identity(n));
        dynamic = norm.map(layer -> part(new Dynamic(path, width, streams, layer)));
    }

    private static double[] one(int n, int at) {
        double[] values = new double[n];
        values[at] = 1;
        return values;
    }

    private static double[] identity(int n) {
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return values;
    }

    @Override
    protected Weights made(Pass pass, Tensor h) {
        Tensor normed = dynamic.map(each -> each.norm.forward(pass, h)).orElse(null);
        Shape each = Shape.of(h.dim(0), h.dim(1), streams);
        Tensor pre = pass.expand(am.value(), each);
        Tensor post = pass.expand(b.value(), each);
        Tensor from = pass.expand(ar.value(), each.concat(Shape.of(streams)));              // A_r, [batch pos from to]
        if (dynamic.isPresent()) {
            Dynamic added = dynamic.get();
            pre = pass.add(pre, pass.squeeze(added.of(pass, normed, added.wm, added.sAlpha), 3));
            post = pass.add(post, pass.squeeze(added.of(pass, normed, added.wb, added.sBeta), 3));
            from = pass.add(from, added.of(pass, normed, added.wr, added.sAlpha));
        }
        return new Weights(pre, post, pass.permute(from, 0, 1, 3, 2));
    }

    /** What tokens add to the weights: nothing at first, since W is 0. */
    private static final class Dynamic extends Layer {

        private final Layer norm;
        private final Parameter wm;
        private final Parameter wb;
        private final Parameter wr;
        private final Parameter sAlpha;
        private final Parameter sBeta;

        private Dynamic(String path, Dim width, Dim streams, Layer norm) {
            super(path);
            this.norm = part(norm);
            wm = parameter("W_m", Shape.of(width, Dim.ONE), Initializer.ZEROS);
            wb = parameter("W_B", Shape.of(width, Dim.ONE), Initializer.ZEROS);
            wr = parameter("W_r", Shape.of(width, streams), Initializer.ZEROS);
            sAlpha = parameter("s_alpha", Shape.of(1), Initializer.constant(FIRST_SCALE));
            sBeta = parameter("s_beta", Shape.of(1), Initializer.constant(FIRST_SCALE));
        }

        /** s·tanh(N(H)W). */
        private Tensor of(Pass pass, Tensor normed, Parameter w, Parameter s) {
            return pass.mul(pass.tanh(pass.matMul(normed, w.value())), s.value());
        }

        @Override
        protected Tensor compute(Pass pass, Tensor h) {
            return of(pass, norm.forward(pass, h), wr, sAlpha);
        }
    }
}
