package io.fluxo.experiments.verify.collapse;

import io.fluxo.block.NoNormBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.algebra.fault.Faults;

/** Faults that claims about collapse must see. */
final class CollapseFaults {

    /** Residual connections where none were asked for. */
    static final Fault RESIDUAL_KEPT = Faults.placement("mutant-residual-kept", "blocks of the placement none keep their residual connections where they should have none", "none",
            Placement.of(parts -> new NoNormBlock(new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), Residual.IDENTITY)), false,
                    NoNormBlock.TRAITS));

    private CollapseFaults() {}
}
