package io.fluxo.stream;

import io.fluxo.op.GradientTape;
import io.fluxo.op.Ops;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Puts something else in the place of the value at a hook point, or of the gradient that flows back through it. Several are composed by {@link Hooks#all}, each
 * seeing what the one before it left.
 *
 * @param name   the hook point's name, an alias, {@code blocks.0.t1}, or a pattern, {@code blocks.*.hook_attn_out}
 * @param index  which elements; the others keep their values
 * @param edit   what becomes of them
 * @param target whether the value or its gradient is meant
 */
public record Intervention(String name, Index index, Edit edit, Target target) implements Hooks {

    /** What is changed. */
    public enum Target {
        /** The value, on its way forward. */
        VALUE,
        /** The gradient, on its way back; the value stays as it is. */
        GRADIENT
    }

    /** A change of one's own: from the computed value to the one that the model continues with, of the same shape. */
    public Intervention(String name, UnaryOperator<Tensor> change) {
        this(name, new Edit.Change(change));
    }

    /** Of all elements of the value. */
    public Intervention(String name, Edit edit) {
        this(name, Index.ALL, edit, Target.VALUE);
    }

    /** Replaces the value with {@code value}, of the same shape. */
    public static Intervention replace(String name, Tensor value) {
        return new Intervention(name, new Edit.Replace(value));
    }

    /** Puts 0 in its place. */
    public static Intervention zero(String name) {
        return new Intervention(name, new Edit.Zero());
    }

    /** Puts its mean over batch and positions in its place. */
    public static Intervention mean(String name) {
        return new Intervention(name, new Edit.Mean(true, true));
    }

    /** Puts its mean over the batch in its place, each position having its own. */
    public static Intervention meanOverBatch(String name) {
        return new Intervention(name, new Edit.Mean(true, false));
    }

    /** Puts its mean over positions in its place, each sequence having its own. */
    public static Intervention meanOverPositions(String name) {
        return new Intervention(name, new Edit.Mean(false, true));
    }

    /** Puts {@code mean} in its place, which was taken elsewhere and broadcasts to the value. */
    public static Intervention mean(String name, Tensor mean) {
        return new Intervention(name, new Edit.GivenMean(mean));
    }

    /** Puts what another run had there in its place. */
    public static Intervention resample(String name, Cache from) {
        return new Intervention(name, new Edit.Resample(from));
    }

    /** Multiplies it. */
    public static Intervention scale(String name, double factor) {
        return new Intervention(name, new Edit.Scale(factor));
    }

    /** Adds Gaussian noise; the same seed gives the same noise. */
    public static Intervention noise(String name, double standardDeviation, long seed) {
        return new Intervention(name, new Edit.Noise(standardDeviation, seed));
    }

    /** Adds {@code vector}, which broadcasts to the value: [d_model], or [head d_head]. */
    public static Intervention add(String name, Tensor vector) {
        return steer(name, vector, 1);
    }

    /** Adds {@code coefficient} · {@code direction}. */
    public static Intervention steer(String name, Tensor direction, double coefficient) {
        return new Intervention(name, new Edit.Steer(direction, coefficient));
    }

    /** Out of its text, {@code HOOK[INDEX]=zero} or {@code =mean}: {@code blocks.0.attn.hook_z[:,:,3]=zero}. */
    public static Intervention parse(String text) {
        return InterventionText.parse(text);
    }

    /** The same, of these elements only: {@code Intervention.zero("blocks.0.attn.hook_z").at(Index.heads(3))}. */
    public Intervention at(Index elements) {
        return new Intervention(name, elements, edit, target);
    }

    /** The same of the gradient that flows back through the point. Needs a pass that records gradients. */
    public Intervention ofGradient() {
        return new Intervention(name, index, edit, Target.GRADIENT);
    }

    @Override
    public boolean wants(HookPoint point) {
        return new HookPattern(name).matches(point);
    }

    @Override
    public Set<String> names() {
        return Set.of(name);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        throw new IllegalStateException(Text.format("intervention at %s: it takes operations to carry it out; call at(ops, point, value)", point.name()));
    }

    @Override
    public Tensor at(Ops ops, HookPoint point, Tensor value) {
        return switch (target) {
            case VALUE -> edited(ops, point, value);
            case GRADIENT -> tape(ops, point).onGradient(point.name(), value, (backward, gradient) -> edited(backward, point, gradient));
        };
    }

    private static GradientTape tape(Ops ops, HookPoint point) {
        if (ops.engine() instanceof GradientTape tape) {
            return tape;
        }
        throw new IllegalStateException(Text.format("the gradient at %s is to be changed, but this run records no gradients", point.name()));
    }

    private Tensor edited(Ops ops, HookPoint point, Tensor value) {
        Tensor changed = edit.of(ops, point, value);
        try {
            return index.choose(ops, point, value, changed);
        } catch (ShapeMismatchException mismatch) {
            throw new ShapeMismatchException(Text.format("intervention at %s: %s does not broadcast to %s", point.name(), changed.shape(), value.shape()));
        }
    }

    /** Its text: {@code blocks.0.attn.hook_z[:,:,3]=zero}. */
    @Override
    public String toString() {
        return (target == Target.GRADIENT ? "gradient at " : "") + name + index + "=" + edit;
    }
}
