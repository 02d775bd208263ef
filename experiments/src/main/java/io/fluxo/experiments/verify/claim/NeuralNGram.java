package io.fluxo.experiments.verify.claim;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.Tensor;

/** A neural n-gram model of order k: y_i = tanh([x_{i−k+1} … x_i]W)U, with any weights. [batch pos d] → [batch pos d]. */
final class NeuralNGram extends Layer {

    private final int order;
    private final Linear in;
    private final Linear out;

    NeuralNGram(int order, int width) {
        super("ngram");
        this.order = order;
        in = part(new Linear("ngram", "in", Dim.of((long) order * width), Dim.of(width), true, Initializer.xavierNormal()));
        out = part(new Linear("ngram", "out", Dim.of(width), Dim.of(width), true, Initializer.xavierNormal()));
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor[] window = new Tensor[order];
        for (int back = 0; back < order; back++) {
            Tensor later = pass.pad(x, 1, Dim.of(back), Dim.of(0), Scalar.ZERO);
            window[back] = pass.slice(later, 1, Dim.of(0), x.dim(1));
        }
        return out.forward(pass, pass.tanh(in.forward(pass, pass.concat(2, window))));
    }
}
