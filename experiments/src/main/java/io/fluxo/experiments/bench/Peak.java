package io.fluxo.experiments.bench;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * This machine's peak performance with some threads, which operations are compared with.
 *
 * @param gflops      fused multiply-adds on registers, in 10⁹ operations a second
 * @param gigabytes   a copy that does not fit the second-level cache, in 10⁹ bytes read and written a second
 */
public record Peak(double gflops, double gigabytes) {

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 1_000_000;
    private static final int FLOATS = 1 << 20;
    private static final int COPIES = 40;
    private static final int REPETITIONS = 8;

    static Peak measured(int threads) {
        double[] sink = new double[threads];
        double multiplications = best(threads, thread -> sink[thread] += multiplyAdds());
        float[][] from = new float[threads][FLOATS];
        float[][] to = new float[threads][FLOATS];
        double copies = best(threads, thread -> {
            for (int i = 0; i < COPIES; i++) {
                System.arraycopy(from[thread], 0, to[thread], 0, FLOATS);
            }
        });
        return new Peak(threads * 2.0 * 16 * F.length() * ROUNDS / multiplications, threads * 8.0 * FLOATS * COPIES / copies);
    }

    /** The shortest time of all threads together, in nanoseconds. */
    private static double best(int threads, IntConsumer body) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < REPETITIONS; i++) {
            long start = System.nanoTime();
            List<Thread> running = IntStream.range(0, threads).mapToObj(thread -> Thread.ofPlatform().start(() -> body.accept(thread))).toList();
            running.forEach(Peak::join);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sixteen independent chains, enough to hide the latency of a multiply-add. */
    private static double multiplyAdds() {
        FloatVector x = FloatVector.broadcast(F, 0.999f);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        FloatVector e = FloatVector.zero(F);
        FloatVector f = FloatVector.zero(F);
        FloatVector g = FloatVector.zero(F);
        FloatVector h = FloatVector.zero(F);
        FloatVector i = FloatVector.zero(F);
        FloatVector j = FloatVector.zero(F);
        FloatVector k = FloatVector.zero(F);
        FloatVector l = FloatVector.zero(F);
        FloatVector m = FloatVector.zero(F);
        FloatVector n = FloatVector.zero(F);
        FloatVector o = FloatVector.zero(F);
        FloatVector p = FloatVector.zero(F);
        for (int round = 0; round < ROUNDS; round++) {
            a = a.fma(x, x);
            b = b.fma(x, x);
            c = c.fma(x, x);
            d = d.fma(x, x);
            e = e.fma(x, x);
            f = f.fma(x, x);
            g = g.fma(x, x);
            h = h.fma(x, x);
            i = i.fma(x, x);
            j = j.fma(x, x);
            k = k.fma(x, x);
            l = l.fma(x, x);
            m = m.fma(x, x);
            n = n.fma(x, x);
            o = o.fma(x, x);
            p = p.fma(x, x);
        }
        FloatVector sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).add(m).add(n).add(o).add(p);
        return sum.lane(0);
    }
}
