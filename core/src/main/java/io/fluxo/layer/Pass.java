package io.fluxo.layer;

import io.fluxo.backend.Backend;
import io.fluxo.op.Engine.Shown;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** One run through a model: the operations, the hooks, and in training the randomness of dropout. */
public final class Pass extends Ops {

    private final Backend backend;
    private final Hooks hooks;
    private final Function<String, Tensor> dropoutKeys;
    private final List<Addition> additions;
    private final Attended attended;
    private final PastTokens past;
    private final Map<String, Carried> carried;
    private final BiConsumer<Layer, Tensor> returned;

    /**
     * @param dropoutKeys null where nothing is dropped
     * @param past        null where sequences begin with the pass
     * @param carried     what layers gave to later ones, by name
     * @param returned    is told what each layer returns
     */
    private Pass(Backend backend, Hooks hooks, Function<String, Tensor> dropoutKeys, List<Addition> additions, Attended attended, PastTokens past,
                 Map<String, Carried> carried, BiConsumer<Layer, Tensor> returned) {
        super(backend);
        this.backend = backend;
        this.hooks = hooks;
        this.dropoutKeys = dropoutKeys;
        this.additions = additions;
        this.attended = attended;
        this.past = past;
        this.carried = carried;
        this.returned = returned;
    }

    /** What a layer gave to later ones. */
    private record Carried(int layer, Tensor value) {}

    /**
     * A change that a training pass requests for an untrained cell.
     *
     * @param change of the cell's shape
     */
    public record Addition(Buffer buffer, Tensor change) {}

    /** What attention returns: what it computed, or something else of the same shape. */
    @FunctionalInterface
    public interface Attended {

        /**
         * @param attention that computed it
         * @param made      what it computed
         */
        Tensor output(Layer attention, Tensor made);
    }

    /** A pass that evaluates: nothing is dropped. */
    public static Pass evaluation(Backend backend) {
        return new Pass(backend, Hooks.NONE, null, List.of(), (_, made) -> made, null, new HashMap<>(), (_, _) -> { });
    }

    /** A pass of training; {@code dropout} differs from step to step. */
    public static Pass training(Backend backend, RandomKey dropout) {
        return training(backend, path -> backend.upload(dropoutKey(dropout, path)));
    }

    /**
     * A pass of training whose randomness stands in tensors, so that it can be repeated.
     *
     * @param dropoutKeys for the path of a place that drops, its {@link #dropoutKey} of this step
     */
    public static Pass training(Backend backend, Function<String, Tensor> dropoutKeys) {
        return new Pass(backend, Hooks.NONE, dropoutKeys, new ArrayList<>(), (_, made) -> made, null, new HashMap<>(), (_, _) -> { });
    }

    /**
     * The random key that decides which elements are dropped at {@code path}: I64 [2], as {@link io.fluxo.op.PrimitiveOp.RandomUniform} takes it.
     *
     * @param step the step's stream
     */
    public static HostArray dropoutKey(RandomKey step, String path) {
        return HostArray.of(Shape.of(2), step.split(path).state(), 0L);
    }

    /**
     * The same pass on another backend: one that watches what is executed.
     *
     * @param keys is told the key of each place that drops, by the place's path, and returns it
     */
    public Pass on(Backend other, BiFunction<String, Tensor, Tensor> keys) {
        return new Pass(other, hooks, dropoutKeys == null ? null : path -> keys.apply(path, dropoutKeys.apply(path)), additions, attended, past, carried, returned);
    }

    /** The same pass, in which {@code other} decides what attention returns. Attention itself runs all the same, so that no code can tell. */
    public Pass replacingAttention(Attended other) {
        return new Pass(backend, hooks, dropoutKeys, additions, other, past, carried, returned);
    }

    /** What {@code attention}, which computed {@code made}, returns in this pass. Nobody but attention itself may say that it attended: see {@link TokenMixer}. */
    Tensor attended(Layer attention, Tensor made) {
        return attended.output(attention, made);
    }

    /** The same pass, in which {@code other} is told what each layer returns, and changes nothing: what a hook point shows can be held against it. */
    public Pass telling(BiConsumer<Layer, Tensor> other) {
        return new Pass(backend, hooks, dropoutKeys, additions, attended, past, carried, other);
    }

    /** {@code layer} returned {@code output}. */
    void returned(Layer layer, Tensor output) {
        returned.accept(layer, output);
    }

    /** The same pass over tokens that come after those of {@code before}. */
    public Pass after(PastTokens before) {
        return new Pass(backend, hooks, dropoutKeys, additions, attended, before, carried, returned);
    }

    /** How many tokens of each sequence came before those of this pass. */
    public Dim first() {
        return Dim.of(past == null ? 0 : past.length());
    }

    /** Whether sequences go on that began in an earlier pass, or will go on in a later one. */
    public boolean goesOn() {
        return past != null;
    }

    /** The tokens before; only of a pass that goes on. */
    public PastTokens past() {
        return past;
    }

    /**
     * {@code rows} after those that earlier passes gave under this name, which are kept for the next one: [batch n …] → [batch past + n …]. Where no sequence goes on,
     * {@code rows} alone.
     *
     * @param name the path of the layer, and what of it
     */
    public Tensor joined(String name, Tensor rows) {
        return past == null ? rows : past.joined(this, name, rows);
    }

    /**
     * What the first layer that asked under this name gave: a value that goes from there to all later layers, past those between. For the first one, and for a
     * layer that runs alone, {@code own}.
     *
     * @param name  of what is carried
     * @param layer of a model, from 0
     * @param own   what this layer gives, should it be the first
     */
    public Tensor carried(String name, int layer, Tensor own) {
        Carried first = carried.get(name);
        if (first == null || first.layer >= layer) {           // a pass may be used again: the first layer begins anew
            carried.put(name, new Carried(layer, own));
            return own;
        }
        return first.value;
    }

    /** What it runs on. */
    public Backend backend() {
        return backend;
    }

    /** The same pass with {@code hooks}. */
    public Pass with(Hooks hooks) {
        return new Pass(backend, hooks, dropoutKeys, additions, attended, past, carried, returned);
    }

    /** The same pass with further names for hook points: alias → name. */
    public Pass withAliases(Map<String, String> aliases) {
        return hooks == Hooks.NONE ? this : with(hooks.withAliases(aliases));
    }

    /** The hooks of this pass. */
    public Hooks hooks() {
        return hooks;
    }

    /** {@code value}, or what a hook puts in its place. */
    public Tensor at(HookPoint point, Tensor value) {
        if (value == null) {
            throw new BrokenPartException(Text.format("at %s there is null instead of a tensor", point.name()));
        }
        return hooks == Hooks.NONE || !hooks.wants(point) ? value : hooks.at(this, point, value);
    }

    /** Whether a hook wants the value at {@code point}. */
    public boolean wants(HookPoint point) {
        return hooks != Hooks.NONE && hooks.wants(point);
    }

    /**
     * Runs {@code op}, with the values inside it at their hook points. Where a hook wants some, a kernel hands them out, or the composition shows them. From a value on
     * that a hook has replaced, the composition runs.
     *
     * @param inside the hook points of the values inside it; of some, or of all
     */
    public Tensor inspected(FusedOp.Inspectable op, Map<Inside, HookPoint> inside, Tensor... inputs) {
        Set<Inside> wanted = wanted(inside);
        if (wanted.isEmpty()) {
            return fused(op, inputs);
        }
        Map<Inside, Tensor> decided = new EnumMap<>(Inside.class);
        Optional<Shown> shown = engine().runShowing(op, wanted, inputs);
        if (shown.isPresent() && leave(shown.get(), wanted, inside, decided)) {
            return shown.get().output();
        }
        if (engine().fuses(op)) {
            wanted.forEach(place -> hooks.composed(inside.get(place)));
        }
        return op.compose(this, (place, value) -> decided.containsKey(place) ? decided.get(place)
                : wanted.contains(place) ? at(inside.get(place), value.get()) : value.get(), inputs);
    }

    private Set<Inside> wanted(Map<Inside, HookPoint> inside) {
        Set<Inside> wanted = EnumSet.noneOf(Inside.class);
        if (hooks != Hooks.NONE) {
            inside.forEach((place, point) -> {
                if (hooks.wants(point)) {
                    wanted.add(place);
                }
            });
        }
        return wanted;
    }

    /**
     * Shows what a kernel has handed out to the hooks, up to the first value that they replace.
     *
     * @param decided receives the values to continue with
     * @return whether the hooks leave all of them as they are
     */
    private boolean leave(Shown shown, Set<Inside> wanted, Map<Inside, HookPoint> inside, Map<Inside, Tensor> decided) {
        for (Inside place : wanted) {
            Tensor value = shown.inside().get(place);
            Tensor left = at(inside.get(place), value);
            decided.put(place, left);
            if (left != value) {
                return false;
            }
        }
        return true;
    }

    /** Whether this is a training pass: dropout is active, and norms use statistics of the batch. */
    public boolean trains() {
        return dropoutKeys != null;
    }

    /** Requests that {@code change} be added to {@code buffer} after the step. Within the pass the buffer keeps its value. */
    public void accumulate(Buffer buffer, Tensor change) {
        additions.add(new Addition(buffer, change));
    }

    /** The changes requested with {@link #accumulate}, in order. The trainer applies them. */
    public List<Addition> additions() {
        return List.copyOf(additions);
    }

    /** In training, {@code x} with elements dropped at {@code rate}; which ones depends on the step and on {@code path} alone. */
    Tensor dropout(String path, Tensor x, double rate) {
        return rate == 0 || dropoutKeys == null ? x : dropout(x, dropoutKeys.apply(path), rate);
    }
}
