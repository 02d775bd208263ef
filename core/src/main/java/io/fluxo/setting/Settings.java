package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Values under keys. A key that is not set has its standard value, and one that is set to its standard value counts as not set. Immutable.
 *
 * @param <S> the specification itself
 */
public abstract class Settings<S extends Settings<S>> {

    /** Key → value, where it differs from the key's standard; by name, so that the order of setting makes no difference. */
    private final Map<String, Object> set;

    protected Settings(Map<String, Object> set) {
        this.set = Collections.unmodifiableMap(new TreeMap<>(set));
    }

    /** The same kind of specification with these values. */
    protected abstract S made(Map<String, Object> set);

    /** The keys that there are. */
    public abstract Keys keys();

    /** The value under {@code key}. */
    @SuppressWarnings("unchecked") // put in under the same key
    public final <T> T get(Key<T> key) {
        return (T) set.getOrDefault(key.name(), key.standard());
    }

    /** These settings with another value under {@code key}. */
    public final <T> S with(Key<T> key, T value) {
        return withAll(Map.of(key.name(), value));
    }

    /** These settings with one value under {@code key} for all layers. */
    public final <T> S with(LayerKey<T> key, T everywhere) {
        return withAll(Map.of(key.name(), PerLayer.of(everywhere)));
    }

    /** These settings with the part called {@code name} under {@code key}, in all layers. */
    public final <K extends Key<?> & NamesPart> S with(K key, String name) {
        return withAll(Map.of(key.name(), Choice.of(name)));
    }

    /**
     * These settings with other values of some keys.
     *
     * @param values name → value, of the key's type; under a key that may differ by layer also one value for all layers
     * @throws IllegalArgumentException where there is no such key
     */
    public final S withAll(Map<String, ?> values) {
        Map<String, Object> changed = new LinkedHashMap<>(set);
        values.forEach((name, value) -> {
            Key<?> key = keys().find(name).orElseThrow(() -> new IllegalArgumentException(Text.format("there is no key '%s'; there are %s", name, String.join(", ", keys().names()))));
            Object whole = key instanceof LayerKey<?> && !(value instanceof PerLayer<?>) ? PerLayer.of(value) : value;
            if (!key.type().holds(whole)) {
                throw new IllegalArgumentException(Text.format("the key '%s' cannot hold %s (%s)", name, value, value.getClass().getSimpleName()));
            }
            if (whole.equals(key.standard())) {
                changed.remove(name);
            } else {
                changed.put(name, whole);
            }
        });
        return made(changed);
    }

    /** Every key's value, in the order of the keys. */
    public final SequencedMap<String, Object> values() {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        keys().all().forEach(key -> values.put(key.name(), get(key)));
        return values;
    }

    /** The same as it is written to JSON, see {@link Values#written}. */
    public final SequencedMap<String, Object> written() {
        SequencedMap<String, Object> written = values();
        written.replaceAll((_, value) -> Values.written(value));
        return written;
    }

    /** Key → value, where it differs from the key's standard. */
    public final Map<String, Object> set() {
        return set;
    }

    /** The values that are not legal under their keys, whatever the others are. */
    public final List<Violation> illegal() {
        List<Violation> found = new ArrayList<>();
        keys().all().forEach(key -> found.addAll(illegal(key)));
        return found;
    }

    private <T> List<Violation> illegal(Key<T> key) {
        return key.violations(get(key));
    }

    @Override
    public final boolean equals(Object other) {
        return other != null && getClass() == other.getClass() && set.equals(((Settings<?>) other).set);
    }

    @Override
    public final int hashCode() {
        return set.hashCode();
    }

    /** What differs from the standard: {@code {d_model: 64, placement: post}}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        set.forEach((key, value) -> text.append(text.length() == 1 ? "" : ", ").append(key).append(": ").append(Values.label(value)));
        return text.append('}').toString();
    }
}
