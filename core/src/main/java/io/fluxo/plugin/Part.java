package io.fluxo.plugin;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.PartKind;
import java.util.List;
import java.util.function.Function;

/**
 * Something that is registered under a name and that a specification can name. It may bring keys of its own, which are written beside its name:
 * {@code attention: {kind: mine, sharpness: 2}}.
 *
 * @param <P> the kind of part
 */
public interface Part<P extends Part<P>> {

    /** A kind of part whose parts may bring keys. */
    static <P extends Part<P>> PartKind<P> kind(String name, Class<P> type) {
        return kind(name, type, part -> part);
    }

    /**
     * A kind of part whose parts may bring keys.
     *
     * @param says what each of them has to be able to say of itself; may be neither null nor an exception
     */
    static <P extends Part<P>> PartKind<P> kind(String name, Class<P> type, Function<P, ?> says) {
        return new PartKind<>(name, type, (_, part) -> PartCheck.objection(part, says));
    }

    /** The keys it brings. None is called {@code kind} or {@code default}: these say something else where they are written. */
    default List<Key<?>> keys() {
        return List.of();
    }

    /**
     * The same part with these values under its keys. A part without keys is never asked.
     *
     * @param own a value for each of {@link #keys}, legal under it
     * @return not null
     * @throws IllegalArgumentException where these values cannot stand together; the message, which follows the part's name, says what would be right
     */
    default P with(OwnSettings own) {
        throw new IllegalStateException(getClass().getName() + " brings keys and does not take their values: override with(OwnSettings)");
    }
}
