package io.fluxo.property.junit;

import io.fluxo.backend.Backend;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.property.BlockDomain;
import io.fluxo.tensor.DType;

/** The settings of a verification. Override those that do not fit. */
interface Verified {

    /** Length of the sequences for which proofs about tokens are made. */
    int PROVED_TOKENS = 5;

    /** The backend that the properties run on; it is closed after them. */
    Backend backend();

    default DType dtype() {
        return DType.F32;
    }

    /** The cases that the subject is made for. */
    default BlockDomain domain() {
        return BlockDomain.of(dtype());
    }

    /** The catalogue in which norms are looked up. */
    default Catalog catalog() {
        return ModelParts.CATALOG;
    }

    /** The first seed. A failed test names a seed that, returned here, runs the failing case first. */
    default long seed() {
        return 1;
    }

    /** Cases for each property. */
    default int trials() {
        return 50;
    }
}
