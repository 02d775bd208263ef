package io.fluxo.experiments.verify.algebra.fault;

import io.fluxo.block.NoNormBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.Residual;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.MultiHeadAttention.Design;
import io.fluxo.layer.attention.MultiHeadAttention.QkNorm;
import io.fluxo.layer.attention.ScoreRule;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.op.FusedOp.Mask;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The faults that claims of exact algebra must see. */
public final class Faults {

    /** Layer norm takes no mean off. */
    public static final Fault FORGETS_MEAN = norm("mutant-norm-forgets-mean", "layer_norm does not take the mean off", "layer_norm", RmsNorm::new);

    /** Layer norm's σ is no function of its input for derivatives. */
    public static final Fault CONSTANT_SIGMA = norm("mutant-constant-sigma", "layer_norm's derivative takes σ for a constant", "layer_norm",
            (path, width, affine, eps) -> new ConstantSigma(path));

    /** RMS norm takes the mean off too. */
    public static final Fault RMS_CENTRES = norm("mutant-rms-centres", "rms_norm takes the mean off, as layer_norm does", "rms_norm", LayerNorm::new);

    /** RMS norm's scale is a tenth too large. */
    public static final Fault RMS_SCALE = norm("mutant-rms-scale", "rms_norm returns tokens a tenth too large", "rms_norm",
            Altered.norm(RmsNorm::new, (pass, _, made) -> pass.scale(made, 1.1)));

    /** Layer norm returns its input. */
    public static final Fault NO_NORM = norm("mutant-no-norm", "layer_norm normalises nothing", "layer_norm", NormFactory.withoutEps((path, _, _, _) -> new NoNorm(path)));

    /** No norm turns out to be one. */
    public static final Fault HIDDEN_NORM = norm("mutant-hidden-norm", "the norm none normalises", "none", LayerNorm::new);

    /** Dynamic tanh twice as large. */
    public static final Fault DOUBLED_TANH = norm("mutant-doubled-tanh", "dynamic_tanh returns twice what it should", "dynamic_tanh",
            Altered.norm((path, width, affine, _) -> new DynamicTanh(path, width, affine, 0.5), (pass, _, made) -> pass.scale(made, 2)));

    /** Attention returns its input with its result. */
    public static final Fault INPUT_ADDED = attention("mutant-attention-adds-input", "attention adds its input to its result",
            Altered.attention((pass, x, made) -> pass.add(made, x)));

    /** Every token sees every other, whatever the mask says. */
    public static final Fault LEAKING_MASK = attention("mutant-mask-left-out", "attention leaves the causal mask out", design(design ->
            new Design(Mask.BIDIRECTIONAL, design.qkvBias(), design.outputBias(), design.queryKeyInit(), design.valueInit(), design.outputInit(), design.positions(), design.qkNorm(),
                    design.scores(), design.heads(), design.dropout(), design.layer())));

    /** No token sees a later one, whatever the mask says. */
    public static final Fault ALWAYS_CAUSAL = attention("mutant-always-causal", "attention applies the causal mask where none was asked for", design(design ->
            new Design(Mask.CAUSAL, design.qkvBias(), design.outputBias(), design.queryKeyInit(), design.valueInit(), design.outputInit(), design.positions(), design.qkNorm(),
                    design.scores(), design.heads(), design.dropout(), design.layer())));

    /** Queries and keys are normalised though nobody asked. */
    public static final Fault NORMALISED_QUERIES = attention("mutant-normalised-queries", "attention normalises queries and keys without being asked to", design(design ->
            with(design, Optional.of(new QkNorm(true, false, 0)), design.scores())));

    /** Queries and keys are not normalised though somebody asked. */
    public static final Fault QK_NORM_LEFT_OUT = attention("mutant-qk-norm-left-out", "attention does not normalise queries and keys where it should", design(design ->
            with(design, Optional.empty(), design.scores())));

    /** Scores are not bounded though somebody asked. */
    public static final Fault SOFT_CAP_LEFT_OUT = attention("mutant-soft-cap-left-out", "attention does not bound its scores where it should", design(design ->
            with(design, design.qkNorm(), ScoreRule.CHAPTER)));

    /** Queries and keys grow with their position, so that scores depend on where a pair stands. */
    public static final Fault ROPE_STRETCHES = Fault.of("mutant-rope-stretches", "rope makes queries and keys longer the later they stand", PositionKind.KIND, "rope", new StretchingRope());

    /** No residual connection under the placement none. */
    public static final Fault RESIDUAL_DROPPED = placement("mutant-none-drops-residual", "blocks of the placement none have no residual connections", "none",
            Placement.of(parts -> new NoNormBlock(new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), Residual.NONE)), false, NoNormBlock.TRAITS));

    private Faults() {}

    /** The norm called {@code name} replaced. */
    static Fault norm(String fault, String what, String name, NormFactory broken) {
        return Fault.of(fault, what, NormFactory.KIND, name, broken);
    }

    /** The placement called {@code name} replaced. */
    public static Fault placement(String fault, String what, String name, Placement broken) {
        return Fault.of(fault, what, Placement.KIND, name, broken);
    }

    private static Fault attention(String fault, String what, AttentionKind broken) {
        return Fault.of(fault, what, AttentionKind.KIND, "softmax", broken);
    }

    private static AttentionKind design(UnaryOperator<Design> change) {
        return Altered.design(change);
    }

    private static Design with(Design design, Optional<QkNorm> norm, ScoreRule scores) {
        return new Design(design.mask(), design.qkvBias(), design.outputBias(), design.queryKeyInit(), design.valueInit(), design.outputInit(), design.positions(), norm, scores,
                design.heads(), design.dropout(), design.layer());
    }
}
