package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.Lanes.padded;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** ReLU and GELU with their derivatives, each in one pass. */
final class Activations {

    private static final float ROOT_2_OVER_PI = 0.7978845608f;
    private static final float CUBIC = 0.044715f;
    private static final float ROOT_HALF = 0.70710678f;
    private static final float ROOT_1_OVER_2PI = 0.3989422804f;

    private Activations() {}

    /** 0 where x ≤ 0, else x; NaN stays. */
    static void relu(float[] x, float[] y, int n) {
        int end = padded(n);
        for (int i = 0; i < end; i += L) {
            FloatVector v = load(x, i);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, i);
        }
    }

    static void reluBackward(float[] x, float[] g, float[] dx, int n) {
        int end = padded(n);
        for (int i = 0; i < end; i += L) {
            load(g, i).blend(0f, load(x, i).compare(VectorOperators.LE, 0f)).intoArray(dx, i);
        }
    }

    static void gelu(boolean tanh, float[] x, float[] y, int n) {
        int end = padded(n);
        for (int i = 0; i < end; i += L) {
            FloatVector v = load(x, i);
            FloatVector gate = tanh ? VectorMath.tanh(inner(v)) : VectorMath.erf(v.mul(ROOT_HALF));
            v.mul(0.5f).mul(gate.add(1f)).intoArray(y, i);
        }
    }

    /** tanh: ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 3·0.044715x²); exact: Φ(x) + x·φ(x). */
    static void geluBackward(boolean tanh, float[] x, float[] g, float[] dx, int n) {
        int end = padded(n);
        for (int i = 0; i < end; i += L) {
            FloatVector v = load(x, i);
            FloatVector slope;
            if (tanh) {
                FloatVector t = VectorMath.tanh(inner(v));
                FloatVector dInner = v.mul(v).fma(FloatVector.broadcast(F, 3 * CUBIC * ROOT_2_OVER_PI), FloatVector.broadcast(F, ROOT_2_OVER_PI));
                FloatVector sech = t.neg().fma(t, FloatVector.broadcast(F, 1f));
                slope = v.mul(0.5f).mul(sech).fma(dInner, t.add(1f).mul(0.5f));
            } else {
                FloatVector density = VectorMath.exp(v.mul(v).mul(-0.5f)).mul(ROOT_1_OVER_2PI);
                slope = v.fma(density, VectorMath.erf(v.mul(ROOT_HALF)).add(1f).mul(0.5f));
            }
            slope.mul(load(g, i)).intoArray(dx, i);
        }
    }

    /** √(2/π)·(x + 0.044715x³). */
    private static FloatVector inner(FloatVector x) {
        return x.mul(x).fma(FloatVector.broadcast(F, CUBIC), FloatVector.broadcast(F, 1f)).mul(x).mul(ROOT_2_OVER_PI);
    }
}
