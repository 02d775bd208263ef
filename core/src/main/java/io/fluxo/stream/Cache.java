package io.fluxo.stream;

import io.fluxo.tensor.Tensor;
import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, Tensor> values = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();
    private boolean interior;

    /** Keeps what {@code filter} accepts. */
    public Cache(Predicate<HookPoint> filter) {
        this(filter, Set.of());
    }

    private Cache(Predicate<HookPoint> filter, Set<String> names) {
        this.filter = filter;
        this.names = names;
    }

    /** Keeps all values at operations' boundaries; runs the same kernels as without a cache. */
    public static Cache boundaries() {
        return new Cache(point -> !point.interior());
    }

    /** Keeps the values of these names, or aliases. */
    public static Cache of(String... names) {
        var wanted = Set.of(names);
        return new Cache(point -> wanted.stream().anyMatch(point::is), wanted);
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
        interior |= point.interior();
        values.put(point.name(), value);
        point.aliases().forEach(alias -> aliases.put(alias, point.name()));
        return value;
    }

    /** Name → value, in the order of the run. Each value stands there once, under its hook point's own name. */
    public Map<String, Tensor> values() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * The value at {@code name}, or at the point that the chapter calls so: {@code blocks.0.t1}.
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

    /** Whether an operation ran as its composition to show a value inside it, so that results may differ from a plain run by rounding. */
    public boolean ranCompositions() {
        return interior;
    }
}
