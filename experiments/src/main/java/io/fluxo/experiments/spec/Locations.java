package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.util.Map;

/**
 * Where the keys of a study stand, for messages.
 *
 * @param source the file, or what else the study came from
 * @param lines  line of each dotted key, from 1
 */
public record Locations(String source, Map<String, Integer> lines) {

    public Locations {
        lines = Map.copyOf(lines);
    }

    /** Of a study that no file holds. */
    public static Locations of(String source) {
        return new Locations(source, Map.of());
    }

    /** The complaint {@code message} about {@code path}, at the line of the longest part of it that was written down. */
    public BadInput complaint(String path, String message) {
        for (String known = path; ; known = known.substring(0, known.lastIndexOf('.'))) {
            Integer line = lines.get(known);
            if (line != null) {
                return new BadInput(Text.format("%s:%d: %s: %s", source, line, path, message));
            }
            if (known.lastIndexOf('.') < 0) {
                return new BadInput(Text.format("%s: %s: %s", source, path, message));
            }
        }
    }
}
