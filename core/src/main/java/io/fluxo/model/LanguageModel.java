package io.fluxo.model;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.random.RandomKey;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Reached;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** A model that predicts the next token: token ids I32 [batch pos] → logits [batch pos d_vocab]. What is trained, measured and written. */
public abstract class LanguageModel extends Layer {

    private ForwardWatch watch = (pass, tokens, forward) -> forward.apply(pass, tokens);
    /** Made by the first pass with hooks. */
    private Names names;

    /** What hook points are called. */
    private record Names(List<String> all, Map<String, String> aliases) {}

    protected LanguageModel() {
        super("");
    }

    /** From now on {@code other} is told of every pass. */
    public final void watchedBy(ForwardWatch other) {
        watch = other;
    }

    @Override
    protected final Tensor compute(Pass pass, Tensor tokens) {
        return watch.watch(pass, tokens, this::named);
    }

    private Tensor named(Pass pass, Tensor tokens) {
        if (pass.hooks() == Hooks.NONE) {
            return logits(pass, tokens);
        }
        if (names == null) {
            Map<String, String> aliases = aliases();
            names = new Names(Stream.concat(hookPoints().stream().map(HookPoint::name), aliases.keySet().stream()).toList(), aliases);
        }
        Reached reached = Reached.by(pass.hooks(), names.all);
        Tensor logits = logits(pass.with(reached).withAliases(names.aliases), tokens);
        reached.end();
        return logits;
    }

    /** What the model does: token ids I32 [batch pos] → logits [batch pos d_vocab]. */
    protected abstract Tensor logits(Pass pass, Tensor tokens);

    /** The hook points of the stream x_0 … x_L, [batch pos width] each: before the first layer, and after each. Empty where there is none. */
    public abstract List<String> streamPoints();

    /** The paths of the layers, first to last: {@code blocks.0}. Each owns the parameters below it. */
    public abstract List<String> layerPaths();

    /** Other names of hook points: {@code blocks.0.t1} → {@code blocks.0.hook_attn_out}. */
    public Map<String, String> aliases() {
        return Map.of();
    }

    /**
     * The mean cross-entropy in nats of predicting {@code targets} from {@code tokens}.
     *
     * @param tokens  I32 [batch pos]
     * @param targets I32 [batch pos]: the token that follows each
     */
    public final Tensor loss(Pass pass, Tensor tokens, Tensor targets) {
        return pass.meanAll(pass.crossEntropy(forward(pass, tokens), targets));
    }

    /** Draws every cell on {@code backend}. A cell's values depend on {@code key} and its name alone. */
    public final void initialize(Backend backend, DType dtype, RandomKey key) {
        fill(cell -> {
            double[] values = cell.initializer().sample(cell.shape(), key.split(cell.name()));
            return backend.upload(HostArray.of(cell.shape(), dtype, values));
        });
    }

    /** Sets every cell, parameters and buffers, to its tensor in {@code values}. */
    public final void fill(Function<Cell, Tensor> values) {
        cells().forEach(cell -> cell.set(values.apply(cell)));
    }

    /** How many numbers are trained. */
    public final long parameterCount() {
        return parameters().stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    }
}
