package io.fluxo.layer;

/** N(0, 2/(in + out)) for every weight matrix (Glorot and Bengio 2010). */
public final class XavierInit implements InitKind {

    @Override
    public Initializer matrix(double std) {
        return Initializer.xavierNormal();
    }

    @Override
    public boolean readsStd() {
        return false;
    }
}
