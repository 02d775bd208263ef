package io.fluxo.experiments.bench.peak;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Fused multiply-adds in single precision that never leave the registers. */
final class F32Chains {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Independent chains: enough to hide the latency of a multiply-add on two units, few enough for sixteen registers. */
    private static final int CHAINS = 12;

    /** In one call. A long loop in a single call would be compiled from its middle, and not always well. */
    private static final int ROUNDS = 1_000;
    private static final int CALLS = 600;

    private F32Chains() {}

    /** Runs for a millisecond or so; returns how many floating-point operations that were. */
    static double flops() {
        double kept = 0;
        for (int call = 0; call < CALLS; call++) {
            kept += chains();
        }
        return Double.isNaN(kept) ? Double.NaN : 2.0 * CHAINS * SPECIES.length() * ROUNDS * CALLS;
    }

    private static double chains() {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = FloatVector.zero(SPECIES);
        FloatVector c = FloatVector.zero(SPECIES);
        FloatVector d = FloatVector.zero(SPECIES);
        FloatVector e = FloatVector.zero(SPECIES);
        FloatVector f = FloatVector.zero(SPECIES);
        FloatVector g = FloatVector.zero(SPECIES);
        FloatVector h = FloatVector.zero(SPECIES);
        FloatVector i = FloatVector.zero(SPECIES);
        FloatVector j = FloatVector.zero(SPECIES);
        FloatVector k = FloatVector.zero(SPECIES);
        FloatVector l = FloatVector.zero(SPECIES);
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
