package io.fluxo.architecture;

import io.fluxo.text.Text;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A config.json of another program, read key by key. It remembers what was asked for, so that a key which nothing asked for can be refused. A key whose
 * value is null counts as absent, as Hugging Face has it.
 */
public final class Config {

    private static final int LONGEST = 80;
    private static final int NAMES_SHOWN = 5;

    private final String within;
    private final Map<String, ?> values;
    private final Set<String> asked = new HashSet<>();

    /** @param values texts, whole numbers, doubles, truth values, lists and maps of these */
    public Config(Map<String, ?> values) {
        this("", values);
    }

    private Config(String within, Map<String, ?> values) {
        this.within = within;
        this.values = values;
    }

    /** Whether {@code key} is there and not null. */
    public boolean has(String key) {
        return values.get(key) != null;
    }

    /** A size: a whole number of at least 1. */
    public int size(String key) {
        int size = whole(key, required(key));
        if (size < 1) {
            throw new ConfigException(Text.format("%s must be at least 1, not %d", name(key), size));
        }
        return size;
    }

    /** A size, or what the format says where the key is absent. */
    public int sizeOr(String key, int absent) {
        return value(key).isPresent() ? size(key) : absent;
    }

    private int whole(String key, Object value) {
        if (value instanceof Integer number) {
            return number;
        }
        throw wrong(key, "a whole number", value);
    }

    public double real(String key) {
        Object value = required(key);
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw wrong(key, "a number", value);
    }

    /** A number, or what the format says where the key is absent. */
    public double realOr(String key, double absent) {
        return value(key).isPresent() ? real(key) : absent;
    }

    /** True or false, or what the format says where the key is absent. */
    public boolean truthOr(String key, boolean absent) {
        return switch (value(key).orElse(absent)) {
            case Boolean truth -> truth;
            case Object other -> throw wrong(key, "true or false", other);
        };
    }

    public String text(String key) {
        return switch (required(key)) {
            case String text -> text;
            case Object other -> throw wrong(key, "text", other);
        };
    }

    /** The mapping under {@code key}; empty where there is none. Its keys have to be asked for too, and {@link #requireAllAsked} of it called. */
    @SuppressWarnings("unchecked") // maps of a JSON file have texts as keys
    public Optional<Config> mapping(String key) {
        return value(key).map(value -> switch (value) {
            case Map<?, ?> mapping -> new Config(name(key) + ".", (Map<String, ?>) mapping);
            case Object other -> throw wrong(key, "a mapping", other);
        });
    }

    /** The list under {@code key}; empty where there is none. */
    public Optional<List<?>> list(String key) {
        return value(key).map(value -> switch (value) {
            case List<?> list -> list;
            case Object other -> throw wrong(key, "a list", other);
        });
    }

    /** Demands that {@code key} says {@code only}, or is absent and so says it. */
    public void demand(String key, Object only) {
        value(key).filter(value -> !same(value, only)).ifPresent(value -> {
            throw notComputed(key, value, String.valueOf(only));
        });
    }

    private static boolean same(Object a, Object b) {
        return a instanceof Number one && b instanceof Number other ? one.doubleValue() == other.doubleValue() : a.equals(b);
    }

    /** That the value under {@code key} is none of those that are computed here. */
    public ConfigException notComputed(String key, Object value, String computed) {
        return new ConfigException(Text.format("%s is %s, which is not computed here; computed: %s", name(key), shown(value), computed));
    }

    /** Keys that make no difference to what is computed. */
    public void passOver(Collection<String> keys) {
        asked.addAll(keys);
    }

    /** Demands that there is no key which was neither asked for nor passed over. */
    public void requireAllAsked() {
        Set<String> unread = new TreeSet<>(values.keySet());
        unread.removeAll(asked);
        if (!unread.isEmpty()) {
            throw new ConfigException(Text.format("unknown key%s %s%s: whether a model with %s is computed as here is not known", unread.size() == 1 ? "" : "s",
                    String.join(", ", unread.stream().limit(NAMES_SHOWN).map(key -> shown(within + key)).toList()), unread.size() > NAMES_SHOWN ? ", …" : "",
                    unread.size() == 1 ? "it" : "them"));
        }
    }

    private Object required(String key) {
        return value(key).orElseThrow(() -> new ConfigException(Text.format("%s is missing", name(key))));
    }

    private Optional<Object> value(String key) {
        asked.add(key);
        return Optional.ofNullable(values.get(key));
    }

    private ConfigException wrong(String key, String wanted, Object value) {
        return new ConfigException(Text.format("%s must be %s, not %s", name(key), wanted, shown(value)));
    }

    private String name(String key) {
        return within + key;
    }

    /** A value out of a file as it may stand in a message. */
    private static String shown(Object value) {
        String text = String.valueOf(value);
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
        StringBuilder clean = new StringBuilder("'");
        cut.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? 0xFFFD : c));
        return clean.append("'").toString();
    }
}
