package io.fluxo.recurrent;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A state that is carried from token to token: h_t from x_t and h_{t−1}, unrolled over the positions. Time comes first in its shapes, so that
 * what belongs to one position lies together: [pos batch in] → [pos batch hidden], h_0 = 0.
 */
public abstract class RecurrentCell extends Layer {

    private final Dim in;
    private final Dim hidden;

    RecurrentCell(String path, Dim in, Dim hidden) {
        super(path);
        this.in = in;
        this.hidden = hidden;
    }

    /** The terms of x in every position, [pos batch hidden] each: they do not depend on the state, and are computed together. */
    abstract List<Tensor> inputs(Pass pass, Tensor x);

    /**
     * h_t.
     *
     * @param inputs this position's terms of x [batch hidden]
     * @param h      h_{t−1} [batch hidden]
     */
    abstract Tensor step(Pass pass, List<Tensor> inputs, Tensor h);

    @Override
    protected final Tensor compute(Pass pass, Tensor x) {
        List<List<Tensor>> terms = inputs(pass, x).stream().map(term -> positions(pass, term)).toList();
        int length = x.shape().size(0);
        Tensor h = pass.expand(pass.zerosLike(x), Shape.of(x.dim(1), hidden));
        Tensor[] states = new Tensor[length];
        for (int t = 0; t < length; t++) {
            int position = t;
            h = step(pass, terms.stream().map(term -> term.get(position)).toList(), h);
            states[t] = pass.unsqueeze(h, 0);
        }
        return pass.concat(0, states);
    }

    /**
     * The rows of the first axis. By halves: the gradient of a slice is as large as what it was cut from, so that cutting one position after
     * the other would cost the square of their number, and halving costs n log n.
     */
    private static List<Tensor> positions(Pass pass, Tensor x) {
        int length = x.shape().size(0);
        if (length == 1) {
            return List.of(pass.squeeze(x, 0));
        }
        Dim half = Dim.of(length / 2);
        List<Tensor> rows = new ArrayList<>(positions(pass, pass.slice(x, 0, Dim.of(0), half)));
        rows.addAll(positions(pass, pass.slice(x, 0, half, Dim.of(length - length / 2))));
        return rows;
    }

    /** xW + b with the term's own weights, drawn as PyTorch draws them: uniform on ±1/√hidden. */
    final Affine ofInput(String name) {
        return affine("i" + name, in);
    }

    /** hW + b. */
    final Affine ofState(String name) {
        return affine("h" + name, hidden);
    }

    private Affine affine(String name, Dim from) {
        Initializer uniform = (shape, key) -> Initializer.uniform(1 / Math.sqrt(hidden.size())).sample(shape, key);
        return new Affine(parameter("W_" + name, Shape.of(from, hidden), uniform), parameter("b_" + name, Shape.of(hidden), uniform));
    }

    /** W [in out] and b [out]. */
    record Affine(Parameter weight, Parameter bias) {
        Tensor of(Pass pass, Tensor x) {
            return pass.linear(x, weight.value(), bias.value());
        }
    }
}
