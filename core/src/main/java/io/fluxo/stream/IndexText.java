package io.fluxo.stream;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an index as users write it. */
final class IndexText {

    private static final String LEGAL = "legal for each axis: ':', '3', '-1', '2:5', '2:', ':5', '[3,7]', and '...' once";
    private static final Pattern RANGE = Pattern.compile("(-?\\d{1,9})?:(-?\\d{1,9})?");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,9}");

    private IndexText() {}

    static Index parse(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            throw new IllegalArgumentException(Text.format("the index '%s' has to stand in brackets, as [:,:,3] does", text));
        }
        List<Index.Selector> selectors = new ArrayList<>();
        for (String part : parts(text, text.substring(1, text.length() - 1))) {
            selectors.add(selector(text, part.strip()));
        }
        try {
            return new Index(selectors);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(Text.format("the index '%s': %s", text, wrong.getMessage()), wrong);
        }
    }

    /** What stands between the commas that are in no brackets of their own. */
    private static List<String> parts(String whole, String inside) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < inside.length(); i++) {
            char c = inside.charAt(i);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (depth < 0) {
                throw new IllegalArgumentException(Text.format("the index '%s' closes a bracket that it did not open", whole));
            }
            if (c == ',' && depth == 0) {
                parts.add(inside.substring(start, i));
                start = i + 1;
            }
        }
        if (depth > 0) {
            throw new IllegalArgumentException(Text.format("the index '%s' does not close a bracket that it opened", whole));
        }
        parts.add(inside.substring(start));
        return parts;
    }

    private static Index.Selector selector(String whole, String part) {
        if (part.equals("...") || part.equals("…")) {
            return new Index.Selector.Rest();
        }
        Matcher range = RANGE.matcher(part);
        if (range.matches()) {
            return new Index.Selector.Range(range.group(1) == null ? 0 : Integer.parseInt(range.group(1)),
                    Optional.ofNullable(range.group(2)).map(Integer::parseInt));
        }
        boolean several = part.startsWith("[") && part.endsWith("]");
        List<Integer> elements = new ArrayList<>();
        for (String element : several ? part.substring(1, part.length() - 1).split(",", -1) : new String[] {part}) {
            if (!WHOLE.matcher(element.strip()).matches()) {
                throw new IllegalArgumentException(Text.format("the index '%s': '%s' selects nothing of an axis (%s)", whole, part, LEGAL));
            }
            elements.add(Integer.parseInt(element.strip()));
        }
        return new Index.Selector.Chosen(elements);
    }
}
