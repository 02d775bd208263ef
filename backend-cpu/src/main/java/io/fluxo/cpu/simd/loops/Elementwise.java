package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.VectorMath;
import io.fluxo.op.PrimitiveOp.*;
import jdk.incubator.vector.FloatVector;

/** Elementwise primitives on float32; unary ones run over whole blocks, since arrays are padded. */
public final class Elementwise {

    private Elementwise() {}

    /** Over a range of whole blocks. */
    public static void unary(Unary op, float[] x, float[] y, int from, int to) {
        switch (op) {
            case Neg _ -> {
                for (int i = from; i < to; i += L) {
                    load(x, i).neg().intoArray(y, i);
                }
            }
            case Sqrt _ -> {
                for (int i = from; i < to; i += L) {
                    load(x, i).sqrt().intoArray(y, i);
                }
            }
            case Exp _ -> {
                for (int i = from; i < to; i += L) {
                    VectorMath.exp(load(x, i)).intoArray(y, i);
                }
            }
            case Log _ -> {
                for (int i = from; i < to; i += L) {
                    VectorMath.log(load(x, i)).intoArray(y, i);
                }
            }
            case Tanh _ -> {
                for (int i = from; i < to; i += L) {
                    VectorMath.tanh(load(x, i)).intoArray(y, i);
                }
            }
            case Erf _ -> {
                for (int i = from; i < to; i += L) {
                    VectorMath.erf(load(x, i)).intoArray(y, i);
                }
            }
            // rare: positions, computed once
            case Sin _ -> {
                for (int i = from; i < to; i++) {
                    y[i] = (float) StrictMath.sin(x[i]);
                }
            }
            case Cos _ -> {
                for (int i = from; i < to; i++) {
                    y[i] = (float) StrictMath.cos(x[i]);
                }
            }
        }
    }

    /** Nanoseconds an element takes, roughly. */
    public static double nanos(Unary op) {
        return switch (op) {
            case Neg _, Sqrt _ -> 0.2;
            case Exp _, Log _, Tanh _, Erf _ -> 0.6;
            case Sin _, Cos _ -> 30;
        };
    }

    /** Two arrays of one shape, over a range. */
    public static void same(Binary op, float[] a, float[] b, float[] y, int from, int to) {
        row(op, a, from, 1, b, from, 1, y, from, to - from);
    }

    /** Two arrays that are stretched. */
    public static Runnable binary(Binary op, float[] a, float[] b, float[] y, Broadcast walk) {
        float[] aSplat = walk.step(0) == 0 ? new float[L] : null;
        float[] bSplat = walk.step(1) == 0 ? new float[L] : null;
        return () -> binary(op, a, aSplat, b, bSplat, y, walk);
    }

    /** @param aSplat room for a vector where a stands still within a row, else null; {@code bSplat} alike */
    private static void binary(Binary op, float[] a, float[] aSplat, float[] b, float[] bSplat, float[] y, Broadcast walk) {
        int n = walk.length();
        for (int row = 0; row < walk.rows(); row++) {
            int aAt = walk.offset(0, row);
            int bAt = walk.offset(1, row);
            row(op, aSplat == null ? a : splat(aSplat, a[aAt]), aSplat == null ? aAt : 0, walk.step(0),
                    bSplat == null ? b : splat(bSplat, b[bAt]), bSplat == null ? bAt : 0, walk.step(1), y, row * n, n);
        }
    }

    /** A vector's worth of one value: read with step 0, it is that value everywhere. */
    private static float[] splat(float[] lanes, float value) {
        FloatVector.broadcast(F, value).intoArray(lanes, 0);
        return lanes;
    }

    /** Each operation has a method of its own: where one is rare beside another, the compiler would not inline what the rare one calls, and make an object of every vector. */
    private static void row(Binary op, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        switch (op) {
            case Add _ -> add(a, aAt, aStep, b, bAt, bStep, y, at, n);
            case Sub _ -> subtract(a, aAt, aStep, b, bAt, bStep, y, at, n);
            case Mul _ -> multiply(a, aAt, aStep, b, bAt, bStep, y, at, n);
            case Div _ -> divide(a, aAt, aStep, b, bAt, bStep, y, at, n);
            case Maximum _ -> maximum(a, aAt, aStep, b, bAt, bStep, y, at, n);
        }
    }

    private static void add(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        int end = n & -L;
        for (int i = 0; i < end; i += L) {
            load(a, aAt + i * aStep).add(load(b, bAt + i * bStep)).intoArray(y, at + i);
        }
        for (int i = end; i < n; i++) {
            y[at + i] = a[aAt + i * aStep] + b[bAt + i * bStep];
        }
    }

    private static void subtract(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        int end = n & -L;
        for (int i = 0; i < end; i += L) {
            load(a, aAt + i * aStep).sub(load(b, bAt + i * bStep)).intoArray(y, at + i);
        }
        for (int i = end; i < n; i++) {
            y[at + i] = a[aAt + i * aStep] - b[bAt + i * bStep];
        }
    }

    private static void multiply(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        int end = n & -L;
        for (int i = 0; i < end; i += L) {
            load(a, aAt + i * aStep).mul(load(b, bAt + i * bStep)).intoArray(y, at + i);
        }
        for (int i = end; i < n; i++) {
            y[at + i] = a[aAt + i * aStep] * b[bAt + i * bStep];
        }
    }

    private static void divide(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        int end = n & -L;
        for (int i = 0; i < end; i += L) {
            load(a, aAt + i * aStep).div(load(b, bAt + i * bStep)).intoArray(y, at + i);
        }
        for (int i = end; i < n; i++) {
            y[at + i] = a[aAt + i * aStep] / b[bAt + i * bStep];
        }
    }

    private static void maximum(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] y, int at, int n) {
        int end = n & -L;
        for (int i = 0; i < end; i += L) {
            load(a, aAt + i * aStep).max(load(b, bAt + i * bStep)).intoArray(y, at + i);
        }
        for (int i = end; i < n; i++) {
            y[at + i] = Math.max(a[aAt + i * aStep], b[bAt + i * bStep]);
        }
    }

    /** y = factor·x over a row. x and y are different arrays: the last vector reaches back over what is done already. */
    public static void scaled(float[] x, int at, int n, float factor, float[] y, int yAt) {
        for (int i = 0; n >= L && i < n; i += L) {
            int j = Math.min(i, n - L);
            load(x, at + j).mul(factor).intoArray(y, yAt + j);
        }
        for (int i = 0; n < L && i < n; i++) {
            y[yAt + i] = x[at + i] * factor;
        }
    }

    /** y += x over a range of whole blocks. */
    public static void accumulate(float[] y, float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            load(y, i).add(load(x, i)).intoArray(y, i);
        }
    }
}
