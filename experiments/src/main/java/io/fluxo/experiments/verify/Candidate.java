package io.fluxo.experiments.verify;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Placement;
import io.fluxo.block.Placement.Parts;
import io.fluxo.block.SubLayers;
import io.fluxo.block.Traits;
import io.fluxo.block.Traits.Equations;
import io.fluxo.layer.Layer;
import io.fluxo.layer.PartSays;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.TrainingStatistics;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.proof.BlockProbe;
import io.fluxo.property.BlockDomain;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A block whose claims are examined.
 *
 * @param name      the placement's name
 * @param where     which of a model's blocks it is: {@code in blocks 0, 2}; empty where all are of one kind
 * @param design    makes the block
 * @param parts     what is done to its parts before
 * @param catalog   what norms there are
 * @param spec      a model whose kinds (mask, norm, nonlinearity …) the block is examined in, every layer like the first; empty for all kinds
 * @param inTraining whether its norms are as they are in training, where tokens see each other through their statistics
 */
public record Candidate(String name, String where, Placement design, UnaryOperator<Parts> parts, Catalog catalog, Optional<ModelSpec> spec,
                        boolean inTraining) {

    /** The name of the placement in {@link #models}. */
    private static final String HERE = "block under examination";

    private static final int VOCABULARY = 5;
    private static final int DEEP = 24;
    private static final int LENGTHY = 64;
    private static final int LONGEST = 128;

    public Candidate(String name, Placement design, Catalog catalog, Optional<ModelSpec> spec) {
        this(name, "", design, UnaryOperator.identity(), catalog, spec, false);
    }

    /** What the block declares, without departures that it is not observed to make. */
    Traits traits() {
        return BlockProbe.corrected(design, catalog);
    }

    /** The equations that it claims to compute. */
    public Equations equations() {
        return Traits.saidBy(design).equations();
    }

    /** Whether something stands between the two projections of its feed-forward network besides the nonlinearity. */
    boolean changesTheHiddenLayer() {
        return design.subLayers(SubLayers.Site.ANYWHERE).hidden().isPresent();
    }

    /** Whether its attention normalises queries, keys and values because the block wants it so. */
    boolean normsWithinAttention() {
        return PartSays.orElse(false, () -> design.subLayers(SubLayers.Site.ANYWHERE).norms().isPresent());
    }

    /** A norm of the kind that its model has, where it has a model. */
    Optional<Layer> norm() {
        return spec.map(one -> catalog.part(NormFactory.KIND, one.get(NORM).standard()).norm("norm", Dim.ONE, false, one.get(NORM_EPS).standard()));
    }

    /** Makes the block. */
    public Placement placement() {
        return design.changing(parts);
    }

    /** The same block with its parts changed: silenced, watched. */
    public Candidate with(UnaryOperator<Parts> change) {
        return new Candidate(name, where, design, given -> change.apply(parts.apply(given)), catalog, spec, inTraining);
    }

    /** The same block, {@code place} of a model. */
    public Candidate at(String place) {
        return new Candidate(name, place, design, parts, catalog, spec, inTraining);
    }

    /** The same block with its norms as they are in training. */
    public Candidate asInTraining() {
        UnaryOperator<Parts> training = given -> given.withNorms(norm -> norm instanceof TrainingStatistics other ? other.inTraining() : norm);
        return new Candidate(name, where, design, given -> training.apply(parts.apply(given)), catalog, spec, true);
    }

    /** Its name in result rows: {@code pre}, {@code pre in training}. */
    public String label() {
        return name + (where.isEmpty() ? "" : " " + where) + (inTraining ? " in training" : "");
    }

    /** How the block departs from the chapter in {@code topic}, as a sentence; empty where it does not. */
    public Optional<String> departure(Topic topic) {
        return topic.departure(this);
    }

    /** The cases a claim for all inputs is tried on: small sizes, the kinds of the candidate's own model, or all. */
    public BlockDomain domain(DType dtype) {
        BlockDomain all = BlockDomain.of(dtype).batch(1, 2).pos(1, 6).width(1, 12);
        return spec.map(one -> all.masks(one.get(MASK).standard()).actFns(List.of(one.get(ACT_FN).standard())).norms(List.of(one.get(NORM).standard()))
                .eps(one.get(NORM_EPS).standard()).kinds(one, catalog)).orElse(all.norms(List.of(ModelSpec.DEFAULT.get(NORM).standard())).actFns("relu", "gelu", "gelu_tanh"));
    }

    /** Of the given kinds those that the candidate's model has. */
    public boolean masks(ModelSpec.MaskKind mask) {
        return spec.map(one -> one.get(MASK).standard() == mask).orElse(true);
    }

    /** A catalogue in which {@link #small} finds the block. */
    public Catalog models() {
        return catalog.plus(Placement.KIND, HERE, placement());
    }

    /** The candidate's model at its own size, every layer like the first; empty where it has none. */
    Optional<ModelSpec> own() {
        return spec.map(one -> (one.get(D_VOCAB) > 0 ? one : one.with(D_VOCAB, VOCABULARY)).with(PLACEMENT, HERE).with(INIT_FROM, ""));
    }

    /** A small model of {@code layers} such blocks for proofs: its norms have gains only where the candidate's own have. */
    public ModelSpec proved(int layers) {
        ModelSpec small = small(layers);
        return spec.map(one -> small.with(NORM_AFFINE, one.get(NORM_AFFINE))).orElse(small);
    }

    /** A small model as deep as the candidate's own, or of 24 blocks where it has none: a block may know how deep it stands. */
    public ModelSpec deep() {
        return proved(spec.map(one -> one.get(N_LAYERS)).orElse(DEEP));
    }

    /** A small model of two such blocks whose sequences are as long as the candidate's own, or 64 where it has none, and 128 at most. */
    public ModelSpec lengthy() {
        return proved(2).with(N_CTX, spec.map(one -> Math.min(one.get(N_CTX), LONGEST)).orElse(LENGTHY));
    }

    /** {@code model} whose blocks stand between the chapter's embedding and logits = xW_U, whatever the candidate's own model has there. */
    public static ModelSpec betweenPlainEnds(ModelSpec model) {
        return model.with(EMBED_SCALE, 1.0).with(EMBED_NORM, false).with(N_TOKEN_TYPES, 0).with(TIED_HEAD, false).with(MLM_HEAD, false).with(HEAD_BIAS, false)
                .with(OUTPUT_LOGITS_SOFT_CAP, 0.0);
    }

    /** A small model of {@code layers} such blocks, of the candidate's own kinds where it has a model. */
    public ModelSpec small(int layers) {
        ModelSpec kinds = spec.orElse(ModelSpec.DEFAULT);
        int groups = kinds.layer(0).get(N_HEADS) / kinds.layer(0).keyValueHeads();
        return kinds.with(N_LAYERS, layers).with(D_MODEL, 4).with(N_HEADS, 2 * groups).with(N_KEY_VALUE_HEADS, 2).with(D_HEAD, 2).with(D_MLP, 6).with(N_CTX, 8).with(D_VOCAB, VOCABULARY).with(PLACEMENT, HERE)
                .with(NORM_AFFINE, true).with(INIT_FROM, "");
    }
}
