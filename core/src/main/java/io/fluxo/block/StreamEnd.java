package io.fluxo.block;

import io.fluxo.layer.Layer;
import java.util.Optional;

/**
 * How one of a stack's streams joins what the stack hands on: Σ factor · N(stream) over the streams, and over those that run side by side in one.
 *
 * @param norm   of the stream, where there is one
 * @param factor what is taken of the streams side by side; a point is named in full, and shows [batch pos stream]
 */
public record StreamEnd(Optional<Layer> norm, Factor factor) {

    /** The stream as it is; the sum of those side by side. */
    public static final StreamEnd PLAIN = new StreamEnd(Optional.empty(), Factor.ONE);

    /** N(stream). */
    public static StreamEnd normalised(Layer norm) {
        return new StreamEnd(Optional.of(norm), Factor.ONE);
    }

    /** Streams side by side, weighed for each token as {@code point} shows. */
    public static StreamEnd weighed(String point) {
        return new StreamEnd(Optional.empty(), new Factor.Shown(point));
    }
}
