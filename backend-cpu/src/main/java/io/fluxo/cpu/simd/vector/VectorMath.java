package io.fluxo.cpu.simd.vector;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.powerOfTwo;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * exp, log, tanh and erf by polynomials of fused multiply-adds, the same bits interpreted and compiled, which the Vector API's own
 * transcendentals do not promise. The coefficients are minimax fits by iteratively reweighted least squares on Chebyshev nodes; the largest
 * relative errors, below 2⁻²³, are asserted by the conformance suite.
 */
public final class VectorMath {

    /** 1.5·2²³: adding it rounds a small number to an integer in the low bits. */
    private static final float ROUND = 0x1.8p23f;
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
    private static final float LOG2_E = 1.44269504f;
    // ln 2 in two parts, the first with few enough bits that n·LN2_HIGH is exact
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float EXP_OVERFLOW = 88.72284f;
    private static final float EXP_UNDERFLOW = -103.98f;

    private VectorMath() {}

    /** e^x: x = n·ln 2 + r, e^r = 1 + r + r²·P(r). Subnormal results are reached by scaling twice. */
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(F, -LN2_LOW), r);
        FloatVector e = nearOne(r);
        IntVector exponent = shifted.reinterpretAsInts().sub(ROUND_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        FloatVector y = e.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
        y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_OVERFLOW));
        return y.blend(0f, x.compare(VectorOperators.LT, EXP_UNDERFLOW));
    }

    /**
     * e^x for the weights of a softmax, where x is at most a rounding above 0: {@link #exp} without the far ends. Below −87, where results
     * would be near the smallest normal number, exactly 0.
     */
    public static FloatVector weight(FloatVector x) {
        FloatVector shifted = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(F, -LN2_LOW), r);
        // the shift drops what ROUND put above n
        FloatVector y = nearOne(r).mul(powerOfTwo(shifted.reinterpretAsInts()));
        return y.blend(0f, x.compare(VectorOperators.LT, -87f));
    }

    /** e^r = 1 + r + r²·P(r) for |r| ≤ ½ ln 2. */
    private static FloatVector nearOne(FloatVector r) {
        FloatVector p = FloatVector.broadcast(F, 0.0013950489f);
        p = p.fma(r, FloatVector.broadcast(F, 0.0083688896f));
        p = p.fma(r, FloatVector.broadcast(F, 0.041666206f));
        p = p.fma(r, FloatVector.broadcast(F, 0.16666519f));
        p = p.fma(r, FloatVector.broadcast(F, 0.5f));
        return p.mul(r).fma(r, r).add(1f);
    }

    /** ln x: x = m·2ᵉ with m in [√½, √2), ln m = f − f²/2 + f³·P(f) with f = m − 1. */
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        FloatVector scaled = x.mul(0x1p23f, tiny);
        IntVector bits = scaled.reinterpretAsInts();
        // the exponent of x/√½, so that m straddles 1
        IntVector exponent = bits.sub(Float.floatToRawIntBits(0.70710677f)).lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
        // an int to float conversion by the same magic number, exact for |e| < 2²²
        FloatVector e = exponent.add(ROUND_BITS).reinterpretAsFloats().sub(ROUND);
        e = e.sub(23f, tiny);
        FloatVector f = m.sub(1f);
        FloatVector p = FloatVector.broadcast(F, 0.06915368f);
        p = p.fma(f, FloatVector.broadcast(F, -0.117898076f));
        p = p.fma(f, FloatVector.broadcast(F, 0.118729763f));
        p = p.fma(f, FloatVector.broadcast(F, -0.123843485f));
        p = p.fma(f, FloatVector.broadcast(F, 0.14218658f));
        p = p.fma(f, FloatVector.broadcast(F, -0.16669251f));
        p = p.fma(f, FloatVector.broadcast(F, 0.20002227f));
        p = p.fma(f, FloatVector.broadcast(F, -0.24999987f));
        p = p.fma(f, FloatVector.broadcast(F, 0.3333331f));
        FloatVector square = f.mul(f);
        FloatVector tail = p.mul(f).mul(square);
        tail = e.fma(FloatVector.broadcast(F, LN2_LOW), tail);
        tail = square.fma(FloatVector.broadcast(F, -0.5f), tail);
        return atEdges(x, e.fma(FloatVector.broadcast(F, LN2_HIGH), f.add(tail)));
    }

    /** ln x where y does not hold: a method of its own, since the compiler inlines none of more than 325 bytes. */
    private static FloatVector atEdges(FloatVector x, FloatVector y) {
        FloatVector log = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        log = log.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
        log = log.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        return log.blend(Float.NaN, x.compare(VectorOperators.NE, x));
    }

    /** tanh x: x + x³·P(x²) where |x| is below 0.625, else 1 − 2/(e^{2|x|} + 1) with the sign of x. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector p = FloatVector.broadcast(F, -0.0057164327f);
        p = p.fma(z, FloatVector.broadcast(F, 0.020650064f));
        p = p.fma(z, FloatVector.broadcast(F, -0.053743346f));
        p = p.fma(z, FloatVector.broadcast(F, 0.1333149f));
        p = p.fma(z, FloatVector.broadcast(F, -0.33333284f));
        FloatVector small = p.mul(z).fma(x, x);
        FloatVector size = x.lanewise(VectorOperators.ABS);
        FloatVector large = FloatVector.broadcast(F, 1f).sub(FloatVector.broadcast(F, 2f).div(exp(size.add(size)).add(1f)));
        return signed(large, x).blend(small, size.compare(VectorOperators.LT, 0.625f));
    }

    /** erf x: x·P(x²) where |x| is below 1, else 1 − e^{−x²}·Q(1/(1 + |x|/2)) with the sign of x; 1 from 4 on. */
    public static FloatVector erf(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector p = FloatVector.broadcast(F, 7.8891195e-5f);
        p = p.fma(z, FloatVector.broadcast(F, -8.020842e-4f));
        p = p.fma(z, FloatVector.broadcast(F, 0.0051895353f));
        p = p.fma(z, FloatVector.broadcast(F, -0.026854444f));
        p = p.fma(z, FloatVector.broadcast(F, 0.112836f));
        p = p.fma(z, FloatVector.broadcast(F, -0.37612627f));
        p = p.fma(z, FloatVector.broadcast(F, 1.1283792f));
        FloatVector small = p.mul(x);
        FloatVector size = x.lanewise(VectorOperators.ABS);
        FloatVector u = FloatVector.broadcast(F, 1f).div(size.fma(FloatVector.broadcast(F, 0.5f), FloatVector.broadcast(F, 1f)));
        FloatVector q = FloatVector.broadcast(F, -0.23080166f);
        q = q.fma(u, FloatVector.broadcast(F, 0.63668f));
        q = q.fma(u, FloatVector.broadcast(F, -0.064460583f));
        q = q.fma(u, FloatVector.broadcast(F, 0.39680204f));
        q = q.fma(u, FloatVector.broadcast(F, 0.25970063f));
        q = q.fma(u, FloatVector.broadcast(F, 0.001822481f));
        FloatVector large = FloatVector.broadcast(F, 1f).sub(exp(z.neg()).mul(q));
        large = large.blend(1f, size.compare(VectorOperators.GT, 4f));
        return signed(large, x).blend(small, size.compare(VectorOperators.LT, 1f));
    }

    /** {@code magnitude} with the sign bit of {@code sign}. */
    private static FloatVector signed(FloatVector magnitude, FloatVector sign) {
        IntVector bit = sign.reinterpretAsInts().and(0x80000000);
        return magnitude.reinterpretAsInts().or(bit).reinterpretAsFloats();
    }
}
