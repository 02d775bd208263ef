package io.fluxo.conformance;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;

/** A backend without its kernels: every fused operation runs as its composition. */
public final class NoKernels extends DelegatingBackend {

    public NoKernels(Backend inner) {
        super("noKernels", inner);
    }

    @Override
    public boolean fuses(FusedOp op) {
        return false;
    }
}
