package io.fluxo.generate;

import io.fluxo.backend.Backend;
import io.fluxo.layer.PastTokens;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;

/**
 * One sequence that grows: token ids go in, the logits of the token that follows come out. A transformer keeps the keys and values of the tokens so far, so that a
 * token costs one row. Beyond {@code n_ctx} tokens, where positions begin anew, each step computes the last {@code n_ctx} tokens again.
 */
public final class Decoding implements AutoCloseable {

    private final LanguageModel model;
    private final Backend backend;
    private final int context;
    private final TensorScope scope;
    private PastTokens past = new PastTokens();
    private int[] tokens = {};

    /**
     * @param model   no token of it sees later ones
     * @param context the most tokens that it sees, {@code n_ctx}
     */
    public Decoding(LanguageModel model, Backend backend, int context) {
        this.model = model;
        this.backend = backend;
        this.context = context;
        scope = backend.openScope();
    }

    /** All tokens so far. */
    public int[] tokens() {
        return tokens.clone();
    }

    /**
     * Adds {@code more} to the sequence.
     *
     * @param more at least one token id
     * @return the logits of the token after the last one, [d_vocab]
     */
    public double[] after(int... more) {
        if (more.length == 0) {
            throw new IllegalArgumentException("there is nothing after no token");
        }
        int known = tokens.length;
        tokens = Arrays.copyOf(tokens, known + more.length);
        System.arraycopy(more, 0, tokens, known, more.length);
        int[] window = Arrays.copyOfRange(tokens, Math.max(0, tokens.length - context), tokens.length);
        if (!(model instanceof Transformer transformer)) {
            return last(model, window);
        }
        if (tokens.length <= context) {
            return next(transformer, past, more);
        }
        past = new PastTokens();
        try (TensorScope _ = backend.openScope()) {
            return next(transformer, past, window);
        }
    }

    private double[] next(Transformer transformer, PastTokens before, int[] ids) {
        try (TensorScope step = backend.openScope()) {
            Pass pass = Pass.evaluation(backend).after(before);
            Tensor x = transformer.stream(pass, transformer.embed(pass, upload(ids)));
            Tensor last = pass.slice(x, 1, Dim.of(ids.length - 1), Dim.ONE);
            double[] logits = backend.download(transformer.unembed(pass, last)).toDoubles();
            before.advance(ids.length, step, backend);
            return logits;
        }
    }

    private double[] last(LanguageModel other, int[] ids) {
        try (TensorScope _ = backend.openScope()) {
            Pass pass = Pass.evaluation(backend);
            return backend.download(pass.slice(other.forward(pass, upload(ids)), 1, Dim.of(ids.length - 1), Dim.ONE)).toDoubles();
        }
    }

    private Tensor upload(int[] ids) {
        return backend.upload(HostArray.of(Shape.of(1, ids.length), ids));
    }

    @Override
    public void close() {
        scope.close();
    }
}
