package io.fluxo.stream;

import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps the values at hook points that pass a filter, in the order the model reached them. The tensors live as long as the scope they were
 * made in.
 */
public final class Cache implements Hooks {

    private final Predicate<HookPoint> filter;
    private final Map<String, Tensor> values = new LinkedHashMap<>();
    private boolean interior;

    /** Keeps what {@code filter} accepts. */
    public Cache(Predicate<HookPoint> filter) {
        this.filter = filter;
    }

    /** Keeps all values at operations' boundaries; runs the same kernels as without a cache. */
    public static Cache boundaries() {
        return new Cache(point -> !point.interior());
    }

    /** Keeps the values of these names. */
    public static Cache of(String... names) {
        var wanted = Set.of(names);
        return new Cache(point -> wanted.contains(point.name()));
    }

    @Override
    public boolean wants(HookPoint point) {
        return filter.test(point);
    }

    @Override
    public Tensor at(HookPoint point, Tensor value) {
        interior |= point.interior();
        values.put(point.name(), value);
        return value;
    }

    /** Name → value, in the order of the run. */
    public Map<String, Tensor> values() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * The value at {@code name}.
     *
     * @throws IllegalArgumentException where the cache does not hold it
     */
    public Tensor get(String name) {
        Tensor value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(Text.format("the cache holds no '%s'; it holds %s", name, values.keySet()));
        }
        return value;
    }

    /** Whether an operation ran as its composition to show a value inside it, so that results may differ from a plain run by rounding. */
    public boolean ranCompositions() {
        return interior;
    }
}
