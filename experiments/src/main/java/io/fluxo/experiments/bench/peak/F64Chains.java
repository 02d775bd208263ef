package io.fluxo.experiments.bench.peak;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Fused multiply-adds in double precision that never leave the registers. */
final class F64Chains {

    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

    /** Independent chains: enough to hide the latency of a multiply-add on two units, few enough for sixteen registers. */
    private static final int CHAINS = 12;

    /** In one call. A long loop in a single call would be compiled from its middle, and not always well. */
    private static final int ROUNDS = 1_000;
    private static final int CALLS = 600;

    private F64Chains() {}

    /** Runs for a millisecond or so; returns how many floating-point operations that were. */
    static double flops() {
        double kept = 0;
        for (int call = 0; call < CALLS; call++) {
            kept += chains();
        }
        return Double.isNaN(kept) ? Double.NaN : 2.0 * CHAINS * SPECIES.length() * ROUNDS * CALLS;
    }

    private static double chains() {
        DoubleVector x = DoubleVector.broadcast(SPECIES, 0.999);
        DoubleVector a = DoubleVector.zero(SPECIES);
        DoubleVector b = DoubleVector.zero(SPECIES);
        DoubleVector c = DoubleVector.zero(SPECIES);
        DoubleVector d = DoubleVector.zero(SPECIES);
        DoubleVector e = DoubleVector.zero(SPECIES);
        DoubleVector f = DoubleVector.zero(SPECIES);
        DoubleVector g = DoubleVector.zero(SPECIES);
        DoubleVector h = DoubleVector.zero(SPECIES);
        DoubleVector i = DoubleVector.zero(SPECIES);
        DoubleVector j = DoubleVector.zero(SPECIES);
        DoubleVector k = DoubleVector.zero(SPECIES);
        DoubleVector l = DoubleVector.zero(SPECIES);
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
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
    }
}
