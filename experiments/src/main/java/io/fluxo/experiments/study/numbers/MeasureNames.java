package io.fluxo.experiments.study.numbers;

import io.fluxo.text.Text;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How measures are called in sentences. */
public final class MeasureNames {

    private static final Pattern PLACED = Pattern.compile("(.+)_at_([0-9]+)_(.+)");

    private MeasureNames() {}

    /** Whether {@code measure} is in nats, the less the better; the others are the better the more. */
    public static boolean isLoss(String measure) {
        return measure.endsWith("loss") || measure.startsWith("loss_at_");
    }

    /** A measure's name in words: {@code final loss}, {@code accuracy at 32 pairs}, {@code loss at position 64}. */
    public static String spoken(String measure) {
        Matcher placed = PLACED.matcher(measure);
        if (!placed.matches()) {
            return measure.replace('_', ' ');
        }
        String place = placed.group(2);
        String axis = placed.group(3).replace('_', ' ');
        boolean counts = axis.endsWith("s"); // pairs are counted, a position has a number
        return Text.format("%s at %s", placed.group(1).replace('_', ' '), !counts ? axis + " " + place
                : place + " " + (place.equals("1") ? axis.substring(0, axis.length() - 1) : axis));
    }
}
