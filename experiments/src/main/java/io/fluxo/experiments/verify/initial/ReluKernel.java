package io.fluxo.experiments.verify.initial;

/** What uniform attention and a ReLU network make of the likeness of tokens, in wide layers of random weights. */
public final class ReluKernel {

    private ReluKernel() {}

    /** κ(ρ): likeness after a ReLU of unit normals of likeness ρ, as a share of that at ρ = 1 (Cho and Saul 2009, degree 1). */
    public static double kappa(double rho) {
        double r = Math.clamp(rho, -1, 1);
        return (Math.sqrt(1 - r * r) + r * (Math.PI - Math.acos(r))) / Math.PI;
    }

    /** m(ρ): size of the mean of {@code tokens} tokens of size 1 and likeness ρ. */
    public static double mean(double rho, int tokens) {
        return (1 + (tokens - 1) * rho) / tokens;
    }
}
