package io.fluxo.text;

import java.util.Locale;

/**
 * Text that is the same bytes on every machine.
 *
 * <p>{@link String#formatted} follows the user's locale: in Arabic it writes other digits, in German a comma for the decimal point. What Fluxo
 * writes is read by programs and compared byte by byte, so every formatted text is made here. A test forbids the other calls.
 */
public final class Text {

    private Text() {}

    /** {@link String#format(String, Object...)} with the digits and signs of no particular country: {@code 1,234} and {@code 0.5}. */
    public static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** {@code 1 trial}, {@code 2 trials}. */
    public static String count(long number, String noun) {
        return format("%,d %s%s", number, noun, number == 1 ? "" : "s");
    }
}
