package io.fluxo.shape;

import io.fluxo.text.Text;
import java.util.Map;

/**
 * A number in an operation that may depend on sizes: 1/N, 1/√d_head. Proofs keep the expression, engines take its value.
 */
public sealed interface Scalar {

    Scalar ZERO = of(0);
    Scalar ONE = of(1);
    Scalar NEGATIVE_INFINITY = of(Double.NEGATIVE_INFINITY);

    static Scalar of(double value) {
        return new Number(value);
    }

    /** The size itself. */
    static Scalar of(Dim dim) {
        return dim.isKnown() ? new Number(dim.size()) : new Size(dim);
    }

    /** 1/dim, as in a mean over an axis. */
    static Scalar reciprocal(Dim dim) {
        return of(dim).inverse();
    }

    /** 1/√dim, as in scaled dot-product attention. */
    static Scalar reciprocalSqrt(Dim dim) {
        return of(dim).sqrt().inverse();
    }

    /** Bessel's correction n/(n − 1), from the mean square deviation of n samples to their variance; 1 for a single sample. */
    static Scalar bessel(Dim count) {
        return count.isKnown() ? of(count.size() > 1 ? count.size() / (count.size() - 1.0) : 1) : new Bessel(count);
    }

    /** Another number that follows from a size. */
    static Scalar of(SizeRule rule, Dim dim) {
        return dim.isKnown() ? of(rule.at(dim.size())) : new Ruled(rule, dim);
    }

    /** A function of a size. Implementations are records, so that the same rule is equal. */
    interface SizeRule {

        double at(long size);
    }

    default Scalar inverse() {
        return this instanceof Number(double value) ? of(1 / value) : new Inverse(this);
    }

    default Scalar sqrt() {
        return this instanceof Number(double value) ? of(Math.sqrt(value)) : new Sqrt(this);
    }

    /** The number; an error where a size is symbolic. */
    double value();

    /** This number where the symbols have these sizes, see {@link Dim#at}. */
    default Scalar at(Map<String, Long> sizes) {
        return switch (this) {
            case Number number -> number;
            case Size(Dim dim) -> of(dim.at(sizes));
            case Inverse(Scalar of) -> of.at(sizes).inverse();
            case Sqrt(Scalar of) -> of.at(sizes).sqrt();
            case Bessel(Dim count) -> bessel(count.at(sizes));
            case Ruled(SizeRule rule, Dim dim) -> of(rule, dim.at(sizes));
        };
    }

    record Number(double value) implements Scalar {
        @Override
        public String toString() {
            return Double.toString(value);
        }
    }

    record Size(Dim dim) implements Scalar {
        @Override
        public double value() {
            return dim.size();
        }

        @Override
        public String toString() {
            return dim.toString();
        }
    }

    record Bessel(Dim count) implements Scalar {
        @Override
        public double value() {
            return bessel(Dim.of(count.size())).value();
        }

        @Override
        public String toString() {
            return Text.format("%s/(%s)", count, count.minus(Dim.ONE));
        }
    }

    record Ruled(SizeRule rule, Dim dim) implements Scalar {
        @Override
        public double value() {
            return rule.at(dim.size());
        }

        @Override
        public String toString() {
            return Text.format("%s(%s)", rule, dim);
        }
    }

    record Inverse(Scalar of) implements Scalar {
        @Override
        public double value() {
            return 1 / of.value();
        }

        @Override
        public String toString() {
            return "1/" + of;
        }
    }

    record Sqrt(Scalar of) implements Scalar {
        @Override
        public double value() {
            return Math.sqrt(of.value());
        }

        @Override
        public String toString() {
            return "√(" + of + ")";
        }
    }
}
