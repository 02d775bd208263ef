package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the keys of a study stand, for messages.
 *
 * @param source  the file, or what else the study came from
 * @param lines   line of each dotted key, from 1
 * @param options dotted key → the option of the command line that gave it
 */
public record Locations(String source, Map<String, Integer> lines, Map<String, String> options) {

    public Locations {
        lines = Map.copyOf(lines);
        options = Map.copyOf(options);
    }

    Locations(String source, Map<String, Integer> lines) {
        this(source, lines, Map.of());
    }

    /** Of a study that no file holds. */
    public static Locations of(String source) {
        return new Locations(source, Map.of());
    }

    /** The same with {@code key} given by an option of the command line. */
    public Locations given(String key, String option) {
        Map<String, String> more = new HashMap<>(options);
        more.put(key, option);
        return new Locations(source, lines, more);
    }

    /** The complaint {@code message} about {@code path}, at the line of the longest part of it that was written down. */
    public BadInput complaint(String path, String message) {
        return complaint(path, message, null);
    }

    /** The same, out of another. */
    public BadInput complaint(String path, String message, Throwable cause) {
        return new BadInput(Text.format("%s: %s", place(path), message), cause);
    }

    /** {@code my.yaml:3: task.corpus}: where {@code path} stands, and its name. */
    public String place(String path) {
        if (options.containsKey(path)) {
            return options.get(path);
        }
        for (String known = path; ; known = known.substring(0, known.lastIndexOf('.'))) {
            Integer line = lines.get(known);
            if (line != null) {
                return Text.format("%s:%d: %s", source, line, path);
            }
            if (known.lastIndexOf('.') < 0) {
                return Text.format("%s: %s", source, path);
            }
        }
    }

    /** Under which key a model at {@code point} of the grid has been given its {@code key}: there itself, by its variant, or by the grid. */
    public String givenBy(String key, Map<String, Object> point) {
        Object variant = point.get(Study.VARIANTS);
        List<String> sections = variant == null ? List.of("vary.", "tune.over.")
                : List.of("vary.", Text.format("variants.%s.", variant), Text.format("tune.instead.%s.", variant), "tune.over.");
        return sections.stream().map(section -> section + key).filter(lines::containsKey).findFirst().orElse(key);
    }
}
