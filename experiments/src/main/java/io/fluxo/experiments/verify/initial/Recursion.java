package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.measure.Moments;
import java.util.function.IntToDoubleFunction;

/** Size and likeness of the tokens after each block as a recursion over sub-layers gives them, from independent tokens of size 1. */
public final class Recursion {

    private Recursion() {}

    /** Pre-norm: attention: s += m, c += m; network: s += ½, c += κ(ρ)/2; ρ = c/s. */
    public static Moments[] preNorm(int layers) {
        return preNorm(layers, _ -> 1, _ -> 1);
    }

    /** Pre-norm whose norms shrink by 1/√l in the l-th block. */
    public static Moments[] shrinking(int layers) {
        return preNorm(layers, layer -> 1.0 / layer, layer -> 1.0 / layer);
    }

    /**
     * Pre-norm whose sub-layers give outputs of other sizes.
     *
     * @param attention what attention's squared output is multiplied by in the l-th block
     * @param network   the same of the network
     */
    public static Moments[] preNorm(int layers, IntToDoubleFunction attention, IntToDoubleFunction network) {
        Moments[] theory = new Moments[layers];
        double s = 1;
        double c = 0;
        for (int layer = 1; layer <= layers; layer++) {
            double m = ReluKernel.mean(c / s, XiongModel.TOKENS) * attention.applyAsDouble(layer);
            s += m;
            c += m;
            double half = 0.5 * network.applyAsDouble(layer);
            double kappa = ReluKernel.kappa(c / s);
            s += half;
            c += half * kappa;
            theory[layer - 1] = new Moments(s, c / s);
        }
        return theory;
    }

    /** Post-norm: ρ ← (ρ + m)/(1 + m), then ρ ← (ρ + κ(ρ)/2)/(3/2); the size is 1 after each norm. */
    public static Moments[] postNorm(int layers) {
        Moments[] theory = new Moments[layers];
        double rho = 0;
        for (int layer = 0; layer < layers; layer++) {
            double m = ReluKernel.mean(rho, XiongModel.TOKENS);
            rho = (rho + m) / (1 + m);
            rho = (rho + ReluKernel.kappa(rho) / 2) / 1.5;
            theory[layer] = new Moments(1, rho);
        }
        return theory;
    }
}
