package io.fluxo.experiments.verify;

import io.fluxo.block.Placement.Parts;
import io.fluxo.block.Placement;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.property.BlockDomain;
import io.fluxo.tensor.DType;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A block whose claims are examined.
 *
 * @param name      the placement's name
 * @param design    makes the block
 * @param parts     what is done to its parts before
 * @param family    whose equations it says it computes
 * @param catalog   what norms there are
 * @param spec      a model whose kinds (mask, norm, nonlinearity …) the block is examined in; empty for all kinds
 */
public record Candidate(String name, Placement design, UnaryOperator<Parts> parts, Family family, Catalog catalog, Optional<ModelSpec> spec) {

    /** Under this name the placement stands in {@link #models}. */
    private static final String HERE = "block under examination";

    public Candidate(String name, Placement design, Family family, Catalog catalog, Optional<ModelSpec> spec) {
        this(name, design, UnaryOperator.identity(), family, catalog, spec);
    }

    /** Makes the block. */
    public Placement placement() {
        return Placement.of(given -> design.block(parts.apply(given)), design.finalNorm());
    }

    /** The same block with its parts changed: silenced, watched. */
    public Candidate with(UnaryOperator<Parts> change) {
        return new Candidate(name, design, given -> change.apply(parts.apply(given)), family, catalog, spec);
    }

    /** The cases a claim for all inputs is tried on: small sizes, the kinds of the candidate's own model, or all. */
    public BlockDomain domain(DType dtype) {
        BlockDomain all = BlockDomain.of(dtype).batch(1, 2).pos(1, 6).width(1, 12);
        return spec.map(one -> all.masks(one.mask()).actFns(one.actFn()).norms(one.norm()).eps(one.normEps())).orElse(all.norms("layer_norm"));
    }

    /** Of the given kinds those that the candidate's model has. */
    public boolean masks(ModelSpec.MaskKind mask) {
        return spec.map(one -> one.mask() == mask).orElse(true);
    }

    /** A catalogue in which {@link #spec(int)} finds the block. */
    public Catalog models() {
        return catalog.plus(Map.of(HERE, placement()), Map.of());
    }

    /** A small model of {@code layers} such blocks, of the candidate's own kinds where it has a model. */
    public ModelSpec small(int layers) {
        ModelSpec kinds = spec.orElse(ModelSpec.DEFAULT);
        return new ModelSpec(layers, 4, 2, 2, 6, 8, 5, kinds.actFn(), HERE, kinds.norm(), true, kinds.normEps(), kinds.attention(), kinds.mask(),
                kinds.ffn(), kinds.residual(), ModelSpec.PositionKind.NONE, kinds.bias(), kinds.tiedHead(), 0, kinds.init(), kinds.embedStd());
    }
}
