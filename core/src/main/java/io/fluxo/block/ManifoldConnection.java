package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The weights of manifold-constrained hyper-connections (arXiv 2512.24880): with H̃ = a·(RMSNorm(vec H)φ) + b, h_pre = σ(H̃), h_post = 2σ(H̃), and H_res is H̃ made doubly
 * stochastic by 20 steps of Sinkhorn and Knopp. φ is 0 at first and h_post 1, so that equal streams stay equal and the network begins as pre-norm.
 */
final class ManifoldConnection extends Connection {

    private static final int SINKHORN_STEPS = 20;
    private static final double EPS = 1e-6;
    private static final double FIRST_SCALE = 0.01;
    private static final double CLOSED = -4;

    private final Dim streams;
    private final Layer norm;
    private final Logits pre;
    private final Logits post;
    private final Logits res;

    /** @param k the sub-layer's number, from 0: it reads stream k mod n first */
    ManifoldConnection(String path, Dim width, Dim streams, int k) {
        super(path);
        this.streams = streams;
        int n = streams.size();
        norm = part(new RmsNorm(path + ".ln", streams.times(width), false, EPS));
        pre = part(new Logits(path + ".pre", streams.times(width), streams, (_, _) -> first(n, i -> i == k % n ? -CLOSED : CLOSED)));
        post = part(new Logits(path + ".post", streams.times(width), streams, Initializer.ZEROS));
        res = part(new Logits(path + ".res", streams.times(width), streams.times(streams), (_, _) -> first(n * n, i -> i / n == i % n ? 0 : CLOSED)));
    }

    private static double[] first(int n, IntToDoubleFunction value) {
        return IntStream.range(0, n).mapToDouble(value).toArray();
    }

    @Override
    protected Weights made(Pass pass, Tensor h) {
        Tensor all = norm.forward(pass, pass.mergeAxes(h, 2));                              // RMSNorm(vec H), [batch pos stream·d_model]
        return new Weights(pass.sigmoid(pre.forward(pass, all)), pass.scale(pass.sigmoid(post.forward(pass, all)), 2),
                sinkhorn(pass, pass.splitAxis(res.forward(pass, all), 2, streams, streams)));
    }

    /** Columns, then rows are divided by their sums, again and again: rows end exact. */
    private static Tensor sinkhorn(Pass pass, Tensor logits) {
        Tensor m = pass.exp(pass.sub(logits, pass.stopGradient(pass.max(logits, 2, 3))));
        for (int step = 0; step < SINKHORN_STEPS; step++) {
            m = pass.div(m, pass.sum(m, 2));
            m = pass.div(m, pass.sum(m, 3));
        }
        return m;
    }

    /** a·xφ + b. */
    private static final class Logits extends Layer {

        private final Parameter phi;
        private final Parameter a;
        private final Parameter b;

        private Logits(String path, Dim width, Dim count, Initializer first) {
            super(path);
            phi = parameter("phi", Shape.of(width, count), Initializer.ZEROS);
            a = parameter("a", Shape.of(1), Initializer.constant(FIRST_SCALE));
            b = parameter("b", Shape.of(count), first);
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return pass.add(pass.mul(pass.matMul(x, phi.value()), a.value()), b.value());
        }
    }
}
