package io.fluxo.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which tensors the cells of an architecture's models lie. A {@code *} in a name stands for the number of a layer. Immutable: each method gives a larger
 * layout.
 *
 * @param own       whether every cell lies under its own name
 * @param cells     cell → where it lies
 * @param prefix    what names begin with; a file may leave it out everywhere
 * @param otherEnds end of a name → an older end that means the same
 * @param repeats   tensor → the tensor whose values it has to repeat, where it is no cell's
 * @param unneeded  tensors that models are known to have and that do not matter for what is computed here
 */
public record Layout(boolean own, SequencedMap<String, Source> cells, String prefix, SequencedMap<String, String> otherEnds, SequencedMap<String, String> repeats,
                     List<Pattern> unneeded) {

    /** Every cell under its own name, and nothing else. */
    public static final Layout OWN = new Layout(true, new LinkedHashMap<>(), "", new LinkedHashMap<>(), new LinkedHashMap<>(), List.of());

    private static final Pattern NUMBER = Pattern.compile("(?<=^|\\.)\\d+(?=\\.)");

    /** No cell yet. */
    public static Layout of(String prefix) {
        return new Layout(false, new LinkedHashMap<>(), prefix, new LinkedHashMap<>(), new LinkedHashMap<>(), List.of());
    }

    /** {@code cell} is {@code tensor}. */
    public Layout same(String cell, String tensor) {
        return with(cell, Source.whole(tensor));
    }

    /** {@code cell} [in out] is {@code tensor} [out in]. */
    public Layout turned(String cell, String tensor) {
        return with(cell, new Source(tensor, true, 0, 1, 0));
    }

    /** {@code sideBySide}, of the same width each, are the last axis of {@code tensor}. */
    public Layout fused(String tensor, String... sideBySide) {
        Layout all = this;
        for (int part = 0; part < sideBySide.length; part++) {
            all = all.with(sideBySide[part], new Source(tensor, false, part, sideBySide.length, 0));
        }
        return all;
    }

    /** {@code cell} is 1 + {@code tensor}. */
    public Layout onePlus(String cell, String tensor) {
        return with(cell, new Source(tensor, false, 0, 1, 1));
    }

    private Layout with(String cell, Source source) {
        return new Layout(own, put(cells, cell, source), prefix, otherEnds, repeats, unneeded);
    }

    /** Files may write {@code old} at the end of a name in place of {@code end}. */
    public Layout orEnding(String end, String old) {
        return new Layout(own, cells, prefix, put(otherEnds, end, old), repeats, unneeded);
    }

    /** {@code tensor} may be there if it is the same as {@code original}. */
    public Layout repeating(String tensor, String original) {
        return new Layout(own, cells, prefix, otherEnds, put(repeats, tensor, original), unneeded);
    }

    /** Tensors whose names match {@code pattern} may be there. */
    public Layout without(String pattern) {
        List<Pattern> more = new ArrayList<>(unneeded);
        more.add(Pattern.compile(pattern));
        return new Layout(own, cells, prefix, otherEnds, repeats, List.copyOf(more));
    }

    /** Where the values of the cell called {@code cell} lie; empty where these models have no such cell. */
    public Optional<Source> source(String cell) {
        if (own) {
            return Optional.of(Source.whole(cell));
        }
        Matcher number = NUMBER.matcher(cell);
        if (!number.find()) {
            return Optional.ofNullable(cells.get(cell));
        }
        String layer = number.group();
        return Optional.ofNullable(cells.get(number.replaceFirst("*"))).map(source -> source.in(source.tensor().replace("*", layer)));
    }

    /** The names under which a file may hold {@code tensor}, the usual one first. */
    public List<String> names(String tensor) {
        List<String> names = new ArrayList<>();
        names.add(tensor);
        otherEnds.forEach((end, old) -> {
            if (tensor.endsWith(end)) {
                names.add(tensor.substring(0, tensor.length() - end.length()) + old);
            }
        });
        if (!prefix.isEmpty() && tensor.startsWith(prefix)) {
            List.copyOf(names).forEach(name -> names.add(name.substring(prefix.length())));
        }
        return names;
    }

    /** Whether the tensor called {@code name} may be there without being read. */
    public boolean isUnneeded(String name) {
        return unneeded.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    private static <V> SequencedMap<String, V> put(Map<String, V> map, String key, V value) {
        SequencedMap<String, V> larger = new LinkedHashMap<>(map);
        larger.put(key, value);
        return larger;
    }
}
