package io.fluxo.setting;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How the values of specifications are written for people: enums in lower-case snake_case, numbers as short as they can be. */
public final class Values {

    private Values() {}

    public static String label(Object value) {
        return switch (value) {
            case Enum<?> constant when constant instanceof Labelled labelled -> labelled.label();
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Double number -> number(number);
            case PerLayer<?> layers -> layers.map(Values::label).toString();
            case List<?> items -> items.stream().map(Values::label).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    /** A value as it is written to JSON: enums as their labels, what differs by layer as a mapping. */
    public static Object written(Object value) {
        return switch (value) {
            case Enum<?> constant -> label(constant);
            case Choice choice when choice.own().isEmpty() -> choice.name();
            case Choice choice -> {
                Map<String, Object> mapping = choice.mapping();
                mapping.replaceAll((_, item) -> written(item));
                yield mapping;
            }
            case PerLayer<?> layers when layers.isUniform() -> written(layers.standard());
            case PerLayer<?> layers -> {
                Map<String, Object> mapping = new LinkedHashMap<>();
                layers.entries((key, item) -> mapping.put(key, written(item)));
                yield mapping;
            }
            case List<?> items -> items.stream().map(Values::written).toList();
            default -> value;
        };
    }

    /** Every label of an enum, in the order of its constants. */
    public static List<String> labels(Class<?> enumeration) {
        return Arrays.stream(enumeration.getEnumConstants()).map(Values::label).toList();
    }

    /** A number in YAML that reads back as the same double: {@code 5e-3}, {@code 1e-9}, {@code 0.98}, {@code 0}. */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return ".nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? ".inf" : "-.inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int magnitude = digits.precision() - digits.scale();
        if (magnitude >= -1 && magnitude <= 7) {
            return digits.toPlainString();
        }
        return new BigDecimal(digits.unscaledValue(), digits.precision() - 1).toPlainString() + "e" + (magnitude - 1);
    }
}
