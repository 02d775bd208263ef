package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A transformer block: [batch pos d_model] → the same. Its equations are written for a token x_i and its context [x_1 … x_N]; with all
 * tokens at once as {@code x} and as {@code context}, the same equations are the block's matrix form.
 */
public abstract class Block extends Layer {

    /** Made when they are first asked for: a pass with hooks asks each time. */
    private Map<String, String> aliases;

    protected Block(String path) {
        super(path);
    }

    /** The matrix form: all tokens at once. */
    @Override
    protected final Tensor compute(Pass pass, Tensor x) {
        return equations(named(pass), x, x);
    }

    /**
     * The block's equations.
     *
     * @param x       the tokens to transform, [batch n d_model]
     * @param context the tokens that may be attended to, [batch m d_model]; the last n are {@code x}
     */
    protected abstract Tensor equations(Pass pass, Tensor x, Tensor context);

    /**
     * The per-token form: token {@code i} of {@code xs} with its context, [batch 1 d_model].
     *
     * @param xs   all tokens, [batch pos d_model]
     * @param i    the token, from 0
     * @param mask which tokens it may see: under CAUSAL, x_1 … x_i
     */
    public final Tensor token(Pass pass, Tensor xs, int i, Mask mask) {
        try {
            Tensor x = pass.slice(xs, 1, Dim.of(i), Dim.ONE);
            return equations(named(pass), x, switch (mask) {
                case CAUSAL -> pass.slice(xs, 1, Dim.of(0), Dim.of(i + 1));
                case BIDIRECTIONAL -> xs;
            });
        } catch (ShapeMismatchException mismatch) {
            throw mismatch.at(path());
        }
    }

    /** The pass with further names of hook points. A model sets them for all its blocks; a block that runs alone sets its own. */
    private Pass named(Pass pass) {
        return pass.hooks() == Hooks.NONE ? pass : pass.withAliases(aliases());
    }

    /**
     * Further names of hook points in full: the chapter's, {@code blocks.0.t1} → {@code blocks.0.hook_attn_out}, and those that are common to all
     * placements, {@code blocks.0.hook_attn_contribution} → {@code blocks.0.hook_attn_out}.
     */
    public final Map<String, String> aliases() {
        if (aliases == null) {
            Map<String, String> names = new TreeMap<>();
            chapter().forEach((symbol, hook) -> names.put(within(symbol), within(hook)));
            contract().ifPresent(contract -> contract.aliases().forEach((common, hook) -> names.put(within(common), within(hook))));
            hookPoints().forEach(point -> names.remove(point.name()));      // a point's own name is never another's alias
            aliases = Collections.unmodifiableMap(names);
        }
        return aliases;
    }

    private String within(String name) {
        return path().isEmpty() ? name : path() + "." + name;
    }

    /** Where the chapter's x, t1 … t5 and h are found: symbol → hook point within this block. */
    public abstract Map<String, String> chapter();

    /**
     * What the block declares about its stream. A block that declares nothing runs and trains like any other; what looks into the stream refuses to speak
     * of it.
     */
    public Optional<StreamContract> contract() {
        return Optional.empty();
    }

    /** Why the block declares nothing about its stream, where it does not: a clause that follows the block's name. */
    public String undeclared() {
        return "declares nothing about its stream";
    }
}
