package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

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

    /**
     * Why {@code declared} cannot be the keys of a part, as what follows the part's name in a message; empty where they can.
     *
     * @param reserved names that mean something else where the keys are written
     */
    public static Optional<String> objection(List<Key<?>> declared, Set<String> reserved) {
        if (declared == null || declared.stream().anyMatch(Objects::isNull)) {
            return Optional.of(declared == null ? "returns null from keys()" : "has null among its keys()");
        }
        Set<String> names = new HashSet<>();
        for (Key<?> key : declared) {
            Optional<String> flaw = key.flaw();
            if (flaw.isPresent()) {
                return Optional.of(Text.format("declares the key '%s', %s", key.name(), flaw.get()));
            }
            if (!names.add(key.name()) || reserved.contains(key.name())) {
                return Optional.of(Text.format(reserved.contains(key.name()) ? "declares a key '%s', which means something else there" : "declares the key '%s' twice", key.name()));
            }
        }
        return Optional.empty();
    }

    public Optional<Key<?>> find(String name) {
        return all.stream().<Key<?>>map(key -> key).filter(key -> key.name().equals(name)).findFirst();
    }

    public List<String> names() {
        return all.stream().map(Key::name).toList();
    }
}
