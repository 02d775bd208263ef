package io.fluxo.random;

/**
 * A counter-based random source that splits by name: the n-th draw of a key is a pure function of (key, n), so that streams do not depend on
 * which of them is drawn from first, on threads, or on where a run was resumed. Mixing is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
 *
 * @param state 64 bits that identify the stream
 */
public record RandomKey(long state) {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The root of all streams of a run. */
    public static RandomKey of(long seed) {
        return new RandomKey(mix(seed + GOLDEN));
    }

    /** An independent stream for {@code name}: "init", "data", "dropout", a parameter's path. */
    public RandomKey split(String name) {
        long hash = state;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash ^ name.charAt(i)) + GOLDEN;
        }
        return new RandomKey(mix(hash ^ name.length()));
    }

    /** An independent stream for {@code index}: a step, a trial, a case. */
    public RandomKey split(long index) {
        return new RandomKey(mix(mix(state ^ GOLDEN) + index * GOLDEN));
    }

    /** 64 uniform bits: the draw numbered {@code counter}. */
    public long bits(long counter) {
        return mix(state + (counter + 1) * GOLDEN);
    }

    /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
    public double uniform(long counter) {
        return (bits(counter) >>> 11) * 0x1p-53;
    }

    /** Uniform on 0 … bound − 1, by the high product of 64 bits with the bound (bias below bound · 2⁻⁶⁴). */
    public int below(int bound, long counter) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound must be positive: " + bound);
        }
        return (int) Math.unsignedMultiplyHigh(bits(counter), bound);
    }

    /**
     * Standard normal, by Box and Muller's transform: the draws 2n and 2n + 1 together give the normals numbered 2n and 2n + 1.
     */
    public double normal(long counter) {
        long even = counter & ~1L;
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(even)));
        double angle = 2 * Math.PI * uniform(even + 1);
        return radius * (counter == even ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    /** The first {@code count} normals, times {@code deviation}: the numbers of {@link #normal}, each pair from one transform. */
    public double[] normals(int count, double deviation) {
        double[] values = new double[count];
        for (int i = 0; i < count; i += 2) {
            double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(i)));
            double angle = 2 * Math.PI * uniform(i + 1L);
            values[i] = deviation * (radius * StrictMath.cos(angle));
            if (i + 1 < count) {
                values[i + 1] = deviation * (radius * StrictMath.sin(angle));
            }
        }
        return values;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
