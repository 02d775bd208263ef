package io.fluxo.layer;

/** N(0, init_std²), and what is added to the stream × 1/√(2L) (Radford et al. 2019). */
public final class Gpt2Init implements InitKind {

    @Override
    public Initializer matrix(double std) {
        return Initializer.normal(std);
    }

    @Override
    public Initializer outer(double std, int layers) {
        return matrix(std).times(1 / Math.sqrt(2.0 * layers));
    }
}
