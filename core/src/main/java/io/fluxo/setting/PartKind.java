package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A kind of part that can be registered under names: placements, norms, tasks.
 *
 * @param name      what messages and YAML call it: {@code placement}
 * @param type      what a part of this kind is in Java
 * @param objection from a name and a part, why the part cannot be registered under that name, as what follows the name in a message:
 *                  {@code declares the key 'a' twice}; empty where it can
 */
public record PartKind<P>(String name, Class<P> type, BiFunction<String, P, Optional<String>> objection) {

    /** A kind whose parts can all be registered. */
    public PartKind(String name, Class<P> type) {
        this(name, type, (_, _) -> Optional.empty());
    }

    /** The objection to a part that knows a name of its own and is registered under another; empty where they are the same. */
    public static Optional<String> differs(String registered, String own) {
        return registered.equals(own) ? Optional.empty() : Optional.of(Text.format("calls itself '%s': register it under that name", own));
    }
}
