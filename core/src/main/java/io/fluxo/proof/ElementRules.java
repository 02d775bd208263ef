package io.fluxo.proof;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.proof.Element.Known;
import io.fluxo.proof.Element.Unknown;
import io.fluxo.tensor.DType;

/**
 * Elementwise operations on what is known of their operands. They assume that no unknown value is NaN or +∞ anywhere. From that, a known 0 stays 0 in a
 * product, and a known −∞ stays −∞ in a sum.
 */
final class ElementRules {

    private ElementRules() {}

    static Element unary(Unary op, Element x) {
        return switch (x) {
            case Known(double a) -> switch (op) {
                case Neg _ -> new Known(0 - a);
                case Exp _ -> Exact.atExactPoint(Math.exp(a), a == 0 || !Double.isFinite(a));
                case Log _ -> Exact.atExactPoint(Math.log(a), a == 1 || a <= 0 || !Double.isFinite(a));
                case Sqrt _ -> Exact.root(a);
                case Sin _ -> Exact.atExactPoint(Math.sin(a), a == 0 || !Double.isFinite(a));
                case Cos _ -> Exact.atExactPoint(Math.cos(a), a == 0 || !Double.isFinite(a));
                case Tanh _ -> Exact.atExactPoint(Math.tanh(a), a == 0 || !Double.isFinite(a));
                case Erf _ -> Exact.atExactPoint(Math.signum(a), a == 0 || !Double.isFinite(a));
            };
            case Unknown _ -> x;
        };
    }

    static Element binary(Binary op, DType dtype, Element a, Element b) {
        return Exact.within(dtype, switch (op) {
            case Add _ -> sum(a, b);
            case Sub _ -> sum(a, unary(NEG, b));
            case Mul _ -> product(a, b);
            case Div _ -> dtype.isFloating() ? quotient(a, b) : integerQuotient(a, b);
            case Maximum _ -> larger(a, b);
        });
    }

    private static final Neg NEG = new Neg();

    /** −∞ + x = −∞, since x is not +∞; the result depends on nothing. */
    static Element sum(Element a, Element b) {
        if (a instanceof Known(double x)) {
            return b instanceof Known(double y) ? Exact.sum(x, y) : Double.isFinite(x) ? b : a;
        }
        return b instanceof Known(double y) ? Double.isFinite(y) ? a : b : a.joinedWith(b);
    }

    /** 0 · x = 0, which depends on nothing; 0 · −∞ would be NaN, which is assumed not to occur. */
    static Element product(Element a, Element b) {
        if (a instanceof Known(double x)) {
            return b instanceof Known(double y) ? Exact.product(x, y) : scaled(x, a, b);
        }
        return b instanceof Known(double y) ? scaled(y, b, a) : a.joinedWith(b);
    }

    private static Element scaled(double factor, Element known, Element x) {
        return factor == 0 || Double.isNaN(factor) ? known : x;
    }

    private static Element quotient(Element a, Element b) {
        if (a instanceof Known(double x)) {
            if (b instanceof Known(double y)) {
                return y == 0 ? byZero() : Exact.quotient(x, y);
            }
            return x == 0 || Double.isNaN(x) ? a : b;
        }
        if (b instanceof Known(double y)) {
            return Double.isNaN(y) ? b : y == 0 ? byZero() : a;
        }
        return a.joinedWith(b);
    }

    /** A known 0 may be −0, as a product with a token's number is: then ∞ has a sign that the token chose. */
    private static Element byZero() {
        throw new IllegalStateException("a division by 0 cannot be followed: whether it gives +∞ or −∞ may depend on a token");
    }

    private static Element integerQuotient(Element a, Element b) {
        if (a instanceof Known(double x) && b instanceof Known(double y)) {
            return y == 0 ? Element.WEIGHT : Exact.integer((long) x / (long) y);
        }
        return a.is(0) ? a : Element.of(a.sources().union(b.sources()));
    }

    /** max(−∞, x) = x. */
    static Element larger(Element a, Element b) {
        if (a instanceof Known(double x)) {
            return b instanceof Known(double y) ? new Known(Math.max(x, y)) : larger(x, a, b);
        }
        if (b instanceof Known(double y)) {
            return larger(y, b, a);
        }
        return a.joinedWith(b);
    }

    private static Element larger(double number, Element known, Element x) {
        return Double.isFinite(number) || number == Double.NEGATIVE_INFINITY ? x : known;
    }

    static Element compare(Comparison op, Element a, Element b) {
        return switch (op) {
            case Less _ -> less(a, b);
            case Equal _ -> equal(a, b);
        };
    }

    private static Element less(Element a, Element b) {
        if (a instanceof Known(double x) && b instanceof Known(double y)) {
            return Element.of(x < y);
        }
        if (isNaN(a) || isNaN(b) || a.is(Double.POSITIVE_INFINITY) || b.is(Double.NEGATIVE_INFINITY)) {
            return Element.ZERO;                                                        // whatever the other is
        }
        if (b.is(Double.POSITIVE_INFINITY)) {                                           // of −∞ nothing is known: any number may underflow to it
            return Element.ONE;
        }
        return Element.of(a.sources().union(b.sources()));
    }

    private static Element equal(Element a, Element b) {
        if (a instanceof Known(double x) && b instanceof Known(double y)) {
            return Element.of(x == y);
        }
        if (isNaN(a) || isNaN(b) || a.is(Double.POSITIVE_INFINITY) || b.is(Double.POSITIVE_INFINITY)) {
            return Element.ZERO;
        }
        return Element.of(a.sources().union(b.sources()));
    }

    private static boolean isNaN(Element x) {
        return x instanceof Known(double number) && Double.isNaN(number);
    }

    static Element and(Element a, Element b) {
        if (a.is(0) || b.is(0)) {
            return Element.ZERO;
        }
        return a.is(1) ? b : b.is(1) ? a : Element.of(a.sources().union(b.sources()));
    }

    static Element not(Element a) {
        return a instanceof Known(double truth) ? Element.of(truth == 0) : a;
    }

    /**
     * The branch that a known condition selects; else either branch, depending on the condition. Branches that are the same number need no condition.
     */
    static Element where(Element condition, Element then, Element otherwise) {
        if (condition instanceof Known(double truth)) {
            return truth != 0 ? then : otherwise;
        }
        Element either = then.joinedWith(otherwise);
        return either instanceof Known ? either : either.alsoChangedBy(condition);
    }

    static Element cast(DType to, Element x) {
        return switch (x) {
            case Known(double number) -> switch (to) {
                case F32, F64, BF16 -> Exact.within(to, x);
                case I32, I64 -> Double.isFinite(number) ? Exact.within(to, new Known(number < 0 ? Math.ceil(number) : Math.floor(number))) : Element.WEIGHT;
                case BOOL -> Element.of(number != 0);
            };
            case Unknown _ -> x;
        };
    }
}
