package io.fluxo.setting;

import java.util.List;
import java.util.Optional;

/**
 * The keys of a specification, in the order in which they are written.
 *
 * @param all no two of one name
 */
public record Keys(List<Key<?>> all) {

    public Keys {
        all = List.copyOf(all);
    }

    public static Keys of(Key<?>... keys) {
        return new Keys(List.of(keys));
    }

    public Optional<Key<?>> find(String name) {
        return all.stream().<Key<?>>map(key -> key).filter(key -> key.name().equals(name)).findFirst();
    }

    public List<String> names() {
        return all.stream().map(Key::name).toList();
    }
}
