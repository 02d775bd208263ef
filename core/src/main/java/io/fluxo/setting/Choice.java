package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A registered part, chosen by name, with values for keys that it brings. Written {@code softmax}, or {@code {kind: mine, sharpness: 2}}.
 *
 * @param name the name under which the part is registered
 * @param own  key → value, those that differ from the key's standard; by name, so that the order of writing makes no difference
 */
public record Choice(String name, SequencedMap<String, Object> own) {

    /** The key of the name where the choice is written as a mapping. */
    public static final String KIND_KEY = "kind";

    public Choice {
        own = Collections.unmodifiableSequencedMap(new TreeMap<>(own));
    }

    /** The part called {@code name}, every key of its own as it is by default. */
    public static Choice of(String name) {
        return new Choice(name, new LinkedHashMap<>());
    }

    /**
     * The same part with another value of one of its own keys.
     *
     * @throws IllegalArgumentException where {@code value} is not of the key's type
     */
    public Choice with(Key<?> key, Object value) {
        if (!key.type().holds(value)) {
            throw new IllegalArgumentException(Text.format("the key '%s' of '%s' cannot hold %s", key, name, value));
        }
        SequencedMap<String, Object> changed = new LinkedHashMap<>(own);
        if (value.equals(key.standard())) {
            changed.remove(key.name());
        } else {
            changed.put(key.name(), value);
        }
        return new Choice(name, changed);
    }

    /** Whether this is the part called {@code other}, whatever its settings. */
    public boolean is(String other) {
        return name.equals(other);
    }

    /** The mapping as it is written: {@code kind}, then the keys that are set. */
    public SequencedMap<String, Object> mapping() {
        SequencedMap<String, Object> mapping = new LinkedHashMap<>();
        mapping.put(KIND_KEY, name);
        mapping.putAll(own);
        return mapping;
    }

    /** {@code softmax}, or {@code {kind: mine, sharpness: 2}}. */
    @Override
    public String toString() {
        if (own.isEmpty()) {
            return name;
        }
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, Object> entry : mapping().entrySet()) {
            text.append(text.length() == 1 ? "" : ", ").append(entry.getKey()).append(": ").append(Values.label(entry.getValue()));
        }
        return text.append('}').toString();
    }
}
