package io.fluxo.experiments.spec;

import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Numbers that a search draws from: {@code {from: 1e-4, to: 1e-1, scale: log}}.
 *
 * @param from  the smallest
 * @param to    the largest
 * @param scale on which they are drawn evenly
 * @param whole whether they are whole numbers
 */
public record Range(double from, double to, Scale scale, boolean whole) {

    /** The keys under which it is written. */
    static final String FROM = "from";
    static final String TO = "to";
    static final String SCALE = "scale";

    /** Drawn numbers have so many digits: nobody has use for more, and every machine gets the same ones. */
    private static final MathContext DIGITS = new MathContext(4, RoundingMode.HALF_UP);

    /** On which numbers are drawn evenly: they themselves, or their logarithms. */
    public enum Scale { LINEAR, LOG }

    /** The number at {@code share} of the way, from 0 to 1 (excluded). Each whole number of a linear range has the same share of the way. */
    public Number at(double share) {
        if (whole) {
            double number = scale == Scale.LOG ? StrictMath.exp(between(StrictMath.log(from - 0.5), StrictMath.log(to + 0.5), share)) : between(from - 0.5, to + 0.5, share);
            return (int) Math.clamp(StrictMath.rint(number), from, to);
        }
        double number = scale == Scale.LOG ? StrictMath.exp(between(StrictMath.log(from), StrictMath.log(to), share)) : between(from, to, share);
        return Math.clamp(new BigDecimal(number).round(DIGITS).doubleValue(), from, to);
    }

    private static double between(double from, double to, double share) {
        return from + share * (to - from);
    }

    /** The number {@code value} of a draw, of the type that the key has. */
    Object end(double value) {
        return whole ? (Object) (int) value : (Object) value;
    }

    /** As it is written: key → value. */
    SequencedMap<String, Object> written() {
        SequencedMap<String, Object> written = new LinkedHashMap<>();
        written.put(FROM, end(from));
        written.put(TO, end(to));
        written.put(SCALE, scale);
        return written;
    }

    @Override
    public String toString() {
        return Text.format("{from: %s, to: %s, scale: %s}", Values.label(end(from)), Values.label(end(to)), Values.label(scale));
    }
}
