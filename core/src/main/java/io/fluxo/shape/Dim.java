package io.fluxo.shape;

import io.fluxo.text.Text;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The size of one axis: known, or a polynomial with integer coefficients over symbols such as {@code d_model}. Layers compute with dims,
 * never with ints, so the same layer runs on numbers and on symbols. Equality is that of sizes (a label says what an axis is, not how long);
 * two different polynomials are different sizes for some value of their symbols.
 */
public sealed interface Dim {

    Dim ONE = of(1);

    /** A known size without a label. */
    static Dim of(long size) {
        return new Known("", size);
    }

    /** A known size that messages show as {@code label=size}. */
    static Dim of(String label, long size) {
        return new Known(label, size);
    }

    /** An unknown size, independent of every other symbol, at least 1. */
    static Dim symbol(String name) {
        return new Polynomial(name, new TreeMap<>(Map.of(Monomial.of(name), 1L)));
    }

    /** What the axis is called in messages; empty where it has no name. */
    String label();

    /** The same size under another name. */
    Dim named(String label);

    /** Whether the size is a number. */
    boolean isKnown();

    /** The size as a number; an error where it is symbolic. */
    int size();

    /** The terms of this size: monomials with their coefficients. */
    SortedMap<Monomial, Long> terms();

    /**
     * This size where the symbols have these sizes.
     *
     * @param sizes symbol → size
     * @throws IllegalArgumentException where a symbol has none
     */
    default Dim at(Map<String, Long> sizes) {
        return isKnown() ? this : of(label(), terms().entrySet().stream().mapToLong(term -> Math.multiplyExact(term.getValue(), term.getKey().at(sizes))).reduce(0,
                Math::addExact));
    }

    /** Whether this is at least 0 whatever its symbols are: as none of them is below 1, where no term but the constant is negative and it is so at 1. */
    default boolean isNeverNegative() {
        return terms().entrySet().stream().allMatch(term -> term.getKey().isOne() || term.getValue() >= 0)
                && terms().values().stream().mapToLong(Long::longValue).sum() >= 0;
    }

    /** The terms that are added; those that are subtracted are left out: 64 of 64 − d_model. */
    default Dim added() {
        SortedMap<Monomial, Long> added = new TreeMap<>(terms());
        added.values().removeIf(coefficient -> coefficient < 0);
        return fromTerms(added);
    }

    default Dim plus(Dim other) {
        if (this instanceof Known a && other instanceof Known b) {
            return of(Math.addExact(a.value, b.value));
        }
        SortedMap<Monomial, Long> sum = new TreeMap<>(terms());
        other.terms().forEach((monomial, coefficient) -> sum.merge(monomial, coefficient, Math::addExact));
        return fromTerms(sum);
    }

    default Dim minus(Dim other) {
        return plus(of(-1).times(other));
    }

    default Dim times(Dim other) {
        if (this instanceof Known a && other instanceof Known b) {
            return of(Math.multiplyExact(a.value, b.value));
        }
        SortedMap<Monomial, Long> product = new TreeMap<>();
        terms().forEach((m, c) -> other.terms().forEach((n, e) -> product.merge(m.times(n), Math.multiplyExact(c, e), Math::addExact)));
        return fromTerms(product);
    }

    /**
     * This size divided by {@code divisor}, which has to divide it whatever the symbols are: groups·n by n, 2·m by 2.
     *
     * @throws ShapeMismatchException where it does not
     */
    default Dim over(Dim divisor) {
        if (divisor.terms().size() != 1) {
            throw new ShapeMismatchException(Text.format("%s cannot be divided by %s", this, divisor));
        }
        Monomial by = divisor.terms().firstKey();
        long factor = divisor.terms().get(by);
        SortedMap<Monomial, Long> quotient = new TreeMap<>();
        terms().forEach((monomial, coefficient) -> {
            if (coefficient % factor != 0 || !by.divides(monomial)) {
                throw new ShapeMismatchException(Text.format("%s is not a multiple of %s", this, divisor));
            }
            quotient.put(monomial.over(by), coefficient / factor);
        });
        return fromTerms(quotient);
    }

    private static Dim fromTerms(SortedMap<Monomial, Long> terms) {
        terms.values().removeIf(coefficient -> coefficient == 0);
        if (terms.isEmpty()) {
            return of(0);
        }
        if (terms.size() == 1 && terms.firstKey().isOne()) {
            return of(terms.get(terms.firstKey()));
        }
        return new Polynomial("", terms);
    }

    /** A size that is a number. */
    record Known(String label, long value) implements Dim {

        public Known {
            Objects.requireNonNull(label);
        }

        @Override
        public Dim named(String name) {
            return new Known(name, value);
        }

        @Override
        public boolean isKnown() {
            return true;
        }

        @Override
        public int size() {
            return Math.toIntExact(value);
        }

        @Override
        public SortedMap<Monomial, Long> terms() {
            return value == 0 ? new TreeMap<>() : new TreeMap<>(Map.of(Monomial.UNIT, value));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Known known && known.value == value;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(value);
        }

        @Override
        public String toString() {
            return label.isEmpty() ? Long.toString(value) : label + "=" + value;
        }
    }

    /** A size that depends on symbols; never constant. */
    record Polynomial(String label, SortedMap<Monomial, Long> terms) implements Dim {

        @Override
        public Dim named(String name) {
            return new Polynomial(name, terms);
        }

        @Override
        public boolean isKnown() {
            return false;
        }

        @Override
        public int size() {
            throw new UnknownSizeException(this);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Polynomial polynomial && polynomial.terms.equals(terms);
        }

        @Override
        public int hashCode() {
            return terms.hashCode();
        }

        @Override
        public String toString() {
            String sum = terms.entrySet().stream().map(Polynomial::term).collect(Collectors.joining(" + ")).replace("+ -", "- ");
            return label.isEmpty() || label.equals(sum) ? sum : label + "=" + sum;
        }

        private static String term(Map.Entry<Monomial, Long> entry) {
            long coefficient = entry.getValue();
            Monomial monomial = entry.getKey();
            if (monomial.isOne()) {
                return Long.toString(coefficient);
            }
            return coefficient == 1 ? monomial.toString() : coefficient + "·" + monomial;
        }
    }

    /** A product of powers of symbols. */
    record Monomial(SortedMap<String, Integer> powers) implements Comparable<Monomial> {

        static final Monomial UNIT = new Monomial(new TreeMap<>());

        static Monomial of(String symbol) {
            return new Monomial(new TreeMap<>(Map.of(symbol, 1)));
        }

        boolean isOne() {
            return powers.isEmpty();
        }

        long at(Map<String, Long> sizes) {
            long product = 1;
            for (Map.Entry<String, Integer> power : powers.entrySet()) {
                Long size = sizes.get(power.getKey());
                if (size == null) {
                    throw new IllegalArgumentException(Text.format("the size %s is not known", power.getKey()));
                }
                for (int i = 0; i < power.getValue(); i++) {
                    product = Math.multiplyExact(product, size);
                }
            }
            return product;
        }

        Monomial times(Monomial other) {
            SortedMap<String, Integer> product = new TreeMap<>(powers);
            other.powers.forEach((symbol, power) -> product.merge(symbol, power, Math::addExact));
            return new Monomial(product);
        }

        boolean divides(Monomial other) {
            return powers.entrySet().stream().allMatch(entry -> other.powers.getOrDefault(entry.getKey(), 0) >= entry.getValue());
        }

        Monomial over(Monomial divisor) {
            SortedMap<String, Integer> quotient = new TreeMap<>(powers);
            divisor.powers.forEach((symbol, power) -> quotient.computeIfPresent(symbol, (_, own) -> own.equals(power) ? null : Integer.valueOf(own - power)));
            return new Monomial(quotient);
        }

        @Override
        public int compareTo(Monomial other) {
            int degree = Integer.compare(other.degree(), degree());
            return degree != 0 ? degree : toString().compareTo(other.toString());
        }

        private int degree() {
            return powers.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public String toString() {
            return powers.entrySet().stream().map(entry -> entry.getKey() + superscript(entry.getValue())).collect(Collectors.joining("·"));
        }

        private static String superscript(int power) {
            return power == 1 ? "" : "^" + power;
        }
    }
}
