package io.fluxo.plugin;

import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import java.util.List;

/**
 * Something that is registered under a name and that a specification can name. It may bring keys of its own, which are written beside its name:
 * {@code attention: {kind: mine, sharpness: 2}}.
 *
 * @param <P> the kind of part
 */
public interface Part<P extends Part<P>> {

    /** The keys it brings. */
    default List<Key<?>> keys() {
        return List.of();
    }

    /**
     * The same part with these values under its keys. A part without keys is never asked.
     *
     * @param own a value for each of {@link #keys}
     */
    default P with(OwnSettings own) {
        throw new IllegalStateException(getClass().getName() + " brings keys and does not take their values: override with(OwnSettings)");
    }
}
