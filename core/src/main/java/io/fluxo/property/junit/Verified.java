package io.fluxo.property.junit;

import io.fluxo.backend.Backend;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.property.BlockDomain;
import io.fluxo.tensor.DType;

/** What every verification may be told. Override what does not suit. */
interface Verified {

    /** Length of the sequences for which proofs about tokens are made. */
    int PROVED_TOKENS = 5;

    /** Where the properties run; closed after them. */
    Backend backend();

    default DType dtype() {
        return DType.F32;
    }

    /** The cases it is made for. */
    default BlockDomain domain() {
        return BlockDomain.of(dtype());
    }

    /** Where norms are looked up. */
    default Catalog catalog() {
        return ModelParts.CATALOG;
    }

    /** A failed test names the seed that, returned here, meets its case first. */
    default long seed() {
        return 1;
    }

    /** Cases for each property. */
    default int trials() {
        return 50;
    }
}
