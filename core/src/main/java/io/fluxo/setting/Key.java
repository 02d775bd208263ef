package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A key of a specification, declared once. Reading, writing, checks, schema and documentation all go by this declaration.
 *
 * @param <T> what its values are in Java
 */
public class Key<T> {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

    private final String name;
    private final Type<T> type;
    private final T standard;
    private final String meaning;
    private final Optional<Double> least;

    Key(String name, Type<T> type, T standard, String meaning) {
        this(name, type, standard, meaning, Optional.empty());
    }

    private Key(String name, Type<T> type, T standard, String meaning, Optional<Double> least) {
        this.name = name;
        this.type = type;
        this.standard = standard;
        this.meaning = meaning;
        this.least = least;
    }

    /**
     * Declares a key.
     *
     * @param name     as it is written: {@code d_model}
     * @param standard the value where nothing is written
     * @param meaning  one sentence for the schema and the documentation
     */
    public static <T> Key<T> of(String name, Type<T> type, T standard, String meaning) {
        return new Key<>(name, type, standard, meaning);
    }

    /** Declares a key whose value may differ from layer to layer. The standard value is that of every layer. */
    public static <T> LayerKey<T> byLayer(String name, Type<T> type, T standard, String meaning) {
        return new LayerKey<>(name, type, standard, meaning);
    }

    public final String name() {
        return name;
    }

    public final Type<T> type() {
        return type;
    }

    /** The value where nothing is written. */
    public final T standard() {
        return standard;
    }

    /** What the key means, in a sentence. */
    public final String meaning() {
        return meaning;
    }

    /** Why {@code value} is not legal under this key, one violation for each reason; empty where it is legal. */
    public final List<Violation> violations(T value) {
        return type.objections(value).stream().map(objection -> new Violation(name, Text.format("%s %s", name, objection))).toList();
    }

    /** The number below which no smaller value makes a difference; empty where the type has none. Tuning reports no edge there. */
    public final Optional<Double> least() {
        return least.or(type::smallest);
    }

    /** The same key, of which {@code smallest} and all smaller numbers mean the same. */
    public final Key<T> sameUpTo(double smallest) {
        return new Key<>(name, type, standard, meaning, Optional.of(smallest));
    }

    /** What is wrong with the declaration, as what follows the key's name in a message; empty where nothing is. */
    final Optional<String> flaw() {
        if (name == null || !NAME.matcher(name).matches()) {
            return Optional.of("whose name must be letters, digits, '_' or '-', beginning with a letter");
        }
        if (type == null || standard == null || meaning == null) {
            return Optional.of("which lacks its type, its standard value or its meaning (null)");
        }
        if (!type.holds(standard)) {
            return Optional.of(Text.format("whose standard value %s is not %s", Values.label(standard), type.wanted()));
        }
        return violations(standard).stream().findFirst().map(violation -> Text.format("whose standard value is not legal: %s", violation.message()));
    }

    /** Whether {@code other} declares the same key: then two parts may share it. */
    public final boolean sameAs(Key<?> other) {
        return name.equals(other.name) && type.equals(other.type) && standard.equals(other.standard);
    }

    @Override
    public final String toString() {
        return name;
    }
}
