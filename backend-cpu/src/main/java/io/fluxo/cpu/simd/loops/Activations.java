package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.VectorMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** ReLU and GELU with their derivatives, each in one pass, over ranges of whole blocks. */
public final class Activations {

    private static final float ROOT_2_OVER_PI = 0.7978845608f;
    private static final float CUBIC = 0.044715f;
    private static final float ROOT_HALF = 0.70710678f;
    private static final float ROOT_1_OVER_2PI = 0.3989422804f;

    /** The largest argument of the gate: e^x is already infinite there, and the gate fully open. */
    private static final float OPEN = 88.8f;

    private Activations() {}

    /** 0 where x ≤ 0, else x; NaN stays. */
    public static void relu(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector v = load(x, i);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, i);
        }
    }

    public static void reluBackward(float[] x, float[] g, float[] dx, int from, int to) {
        for (int i = from; i < to; i += L) {
            load(g, i).blend(0f, load(x, i).compare(VectorOperators.LE, 0f)).intoArray(dx, i);
        }
    }

    /** ½x(1 + tanh u) = x·σ(2u). */
    public static void geluTanh(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector v = load(x, i);
            v.mul(gate(v)).intoArray(y, i);
        }
    }

    /** With s = σ(2u): s + x·2u′·s(1 − s), u′ = √(2/π)(1 + 3·0.044715x²). */
    public static void geluTanhBackward(float[] x, float[] g, float[] dx, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector v = load(x, i);
            FloatVector s = gate(v);
            FloatVector steepness = v.mul(v).fma(FloatVector.broadcast(F, 6 * CUBIC * ROOT_2_OVER_PI), FloatVector.broadcast(F, 2 * ROOT_2_OVER_PI));
            FloatVector spread = FloatVector.broadcast(F, 1f).sub(s).mul(s);
            v.mul(spread).fma(steepness, s).mul(load(g, i)).intoArray(dx, i);
        }
    }

    /** σ(2u) with u = √(2/π)(x + 0.044715x³). */
    private static FloatVector gate(FloatVector x) {
        FloatVector minusTwoU = x.mul(x).fma(FloatVector.broadcast(F, -2 * CUBIC * ROOT_2_OVER_PI), FloatVector.broadcast(F, -2 * ROOT_2_OVER_PI)).mul(x);
        return FloatVector.broadcast(F, 1f).div(VectorMath.weight(minusTwoU.blend(OPEN, minusTwoU.compare(VectorOperators.GT, OPEN))).add(1f));
    }

    /** ½x(1 + erf(x/√2)). */
    public static void gelu(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector v = load(x, i);
            v.mul(0.5f).mul(VectorMath.erf(v.mul(ROOT_HALF)).add(1f)).intoArray(y, i);
        }
    }

    /** Φ(x) + x·φ(x). */
    public static void geluBackward(float[] x, float[] g, float[] dx, int from, int to) {
        for (int i = from; i < to; i += L) {
            FloatVector v = load(x, i);
            FloatVector density = VectorMath.exp(v.mul(v).mul(-0.5f)).mul(ROOT_1_OVER_2PI);
            FloatVector slope = v.fma(density, VectorMath.erf(v.mul(ROOT_HALF)).add(1f).mul(0.5f));
            slope.mul(load(g, i)).intoArray(dx, i);
        }
    }
}
