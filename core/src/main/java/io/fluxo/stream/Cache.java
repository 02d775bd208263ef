package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Keeps the values at hook points that pass a filter, in the order the model reached them. The tensors live as long as the scope they were
 * made in.
 */
public final class Cache implements Hooks {

    /** How many names a message suggests. */
    private static final int SUGGESTED = 5;

    private final Predicate<HookPoint> filter;
    private final Set<String> names;
    private final Optional<Index.Selector.Range> positions;
    private final OptionalLong budget;
    private final Map<String, Tensor> values = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();
    private final Set<Tensor> held = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;
    private boolean ranCompositions;

    /** Keeps what {@code filter} accepts. */
    public Cache(Predicate<HookPoint> filter) {
        this(filter, Set.of(), Optional.empty(), OptionalLong.empty());
    }

    private Cache(Predicate<HookPoint> filter, Set<String> names, Optional<Index.Selector.Range> positions, OptionalLong budget) {
        this.filter = filter;
        this.names = names;
        this.positions = positions;
        this.budget = budget;
    }

    /** Keeps all values at operations' boundaries. */
    public static Cache boundaries() {
        return new Cache(point -> !point.interior());
    }

    /** Keeps all values, those within operations too. */
    public static Cache everything() {
        return new Cache(_ -> true);
    }

    /** Keeps the values of these names, aliases or patterns: {@code blocks.*.hook_attn_out}. */
    public static Cache of(String... names) {
        List<HookPattern> wanted = Arrays.stream(names).map(HookPattern::new).toList();
        return new Cache(point -> wanted.stream().anyMatch(pattern -> pattern.matches(point)), Set.of(names), Optional.empty(), OptionalLong.empty());
    }

    /** An empty cache that keeps, of what this one would, the values of these layers: {@code blocks.0}. */
    public Cache layers(int... layers) {
        List<String> paths = Arrays.stream(layers).mapToObj(layer -> "." + layer + ".").toList();
        return new Cache(point -> {
            int layer = point.name().indexOf('.');
            return layer >= 0 && paths.stream().anyMatch(path -> point.name().startsWith(path, layer)) && filter.test(point);
        }, names, positions, budget);
    }

    /** An empty cache that keeps positions {@code from} to before {@code to} of what this one would. Negative numbers count from the end; keys are kept all. */
    public Cache positions(int from, int to) {
        return new Cache(filter, names, Optional.of(new Index.Selector.Range(from, Optional.of(to))), budget);
    }

    /** An empty cache that keeps the last position of what this one would. */
    public Cache lastPosition() {
        return new Cache(filter, names, Optional.of(new Index.Selector.Range(-1, Optional.empty())), budget);
    }

    /** An empty cache that keeps the same, and refuses to hold more than {@code bytes}: what it would otherwise leave out would be missed only later. */
    public Cache holdingAtMost(long bytes) {
        return new Cache(filter, names, positions, OptionalLong.of(bytes));
    }

    @Override
    public Set<String> names() {
        return names;
    }

    @Override
    public boolean wants(HookPoint point) {
        return filter.test(point);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        if (positions.isPresent()) {
            throw new IllegalStateException(Text.format("cache at %s: it takes operations to keep some positions; call at(ops, point, value)", point.name()));
        }
        keep(point, value);
        return value;
    }

    @Override
    public Tensor at(Ops ops, HookPoint point, Tensor value) {
        keep(point, positions.map(range -> cut(ops, point, value, range)).orElse(value));
        return value;
    }

    private static Tensor cut(Ops ops, HookPoint point, Tensor value, Index.Selector.Range range) {
        if (value.rank() < 2) {
            return value;                                                   // one number, or one for each feature: nothing of it belongs to a position
        }
        int axis = Axes.positions(point, value.rank());
        int size = value.shape().size(axis);
        int from = range.from() < 0 ? range.from() + size : range.from();
        int to = range.to().map(end -> end < 0 ? end + size : end).orElse(size);
        if (from < 0 || to > size || from >= to) {
            throw new IllegalArgumentException(Text.format("cache at %s: positions %s are to be kept, and there are %d in %s", point.name(), range, size, value.shape()));
        }
        return to - from == size ? value : ops.slice(value, axis, Dim.of(from), Dim.of(to - from));
    }

    @Override
    public void composed(HookPoint point) {
        ranCompositions = true;
    }

    private void keep(HookPoint point, Tensor value) {
        if (budget.isPresent() && !held.contains(value)) {
            long more = (long) value.shape().elements() * value.dtype().bytes();
            if (bytes + more > budget.getAsLong()) {
                throw new IllegalStateException(Text.format("the cache may hold %,d bytes; it holds %,d, and %s %s takes %,d more. Keep fewer points, layers or positions, or"
                        + " allow more", budget.getAsLong(), bytes, point.name(), value.shape(), more));
            }
            bytes += more;
            held.add(value);
        }
        values.put(point.name(), value);
        point.aliases().forEach(alias -> aliases.put(alias, point.name()));
    }

    /** Name → value, in the order of the run. Each value stands there once, under its hook point's own name. */
    public Map<String, Tensor> values() {
        return Collections.unmodifiableMap(values);
    }

    /** Name → value, in the order of the run, followed by the aliases: {@code blocks.0.hook_attn_contribution}, {@code blocks.0.t1}. */
    public Map<String, Tensor> valuesUnderAllNames() {
        Map<String, Tensor> all = new LinkedHashMap<>(values);
        aliases.forEach((alias, name) -> all.put(alias, values.get(name)));
        return all;
    }

    /**
     * The value at {@code name}, or at the point that is also called so: {@code blocks.0.t1}.
     *
     * @throws IllegalArgumentException where the cache does not hold it
     */
    public Tensor get(String name) {
        Tensor value = values.get(aliases.getOrDefault(name, name));
        if (value == null) {
            List<String> near = Spelling.near(name, Stream.concat(values.keySet().stream(), aliases.keySet().stream()).toList(), SUGGESTED);
            throw new IllegalArgumentException(values.isEmpty() ? Text.format("the cache holds no '%s': it holds nothing, since no model has run with it", name)
                    : Text.format("the cache holds no '%s'; of the %d values it holds, the nearest names are %s", name, values.size(), String.join(", ", near)));
        }
        return value;
    }

    /** Whether an operation ran as its composition instead of its kernel to show a value inside it, so that results may differ from a plain run by rounding. */
    public boolean ranCompositions() {
        return ranCompositions;
    }
}
