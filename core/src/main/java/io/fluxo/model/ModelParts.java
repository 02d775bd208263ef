package io.fluxo.model;

import io.fluxo.block.AttnRes;
import io.fluxo.block.DeepDelta;
import io.fluxo.block.DeepNorm;
import io.fluxo.block.HybridNorm;
import io.fluxo.block.HyperConnections;
import io.fluxo.block.Keel;
import io.fluxo.block.LnScalingBlock;
import io.fluxo.block.ManifoldHyperConnections;
import io.fluxo.block.MixLn;
import io.fluxo.block.Ngpt;
import io.fluxo.block.NoNormBlock;
import io.fluxo.block.NormFormer;
import io.fluxo.block.ParallelBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.ReZeroBlock;
import io.fluxo.block.ResPostBlock;
import io.fluxo.block.ResiDual;
import io.fluxo.block.SandwichBlock;
import io.fluxo.block.ScaledPost;
import io.fluxo.block.Siamese;
import io.fluxo.block.SkipScale;
import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.network.Activation;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.DifferentialAttention;
import io.fluxo.layer.attention.Gated;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.layer.norm.Derf;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.norm.FakeLayerNorm;
import io.fluxo.layer.Gpt2Init;
import io.fluxo.layer.network.HostActivations;
import io.fluxo.layer.InitKind;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.Pass;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.layer.norm.RmsNorm;
import io.fluxo.layer.norm.Squashing;
import io.fluxo.layer.attention.SelfOnlyAttention;
import io.fluxo.layer.attention.SinkAttention;
import io.fluxo.layer.attention.SoftpickAttention;
import io.fluxo.layer.position.Rope;
import io.fluxo.layer.position.RopeScaling;
import io.fluxo.layer.position.StandardPositions;
import io.fluxo.layer.attention.UniformAttention;
import io.fluxo.layer.attention.ValueResidual;
import io.fluxo.layer.XavierInit;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** The parts that Fluxo itself brings for models. */
public final class ModelParts implements FluxoPlugin {

    /** The name of the position kind that does nothing. */
    static final String NO_POSITIONS = "none";

    /** Nothing but these parts. */
    public static final Catalog CATALOG = Catalog.of(new ModelParts());

    @Override
    public void contribute(Contributions to) {
        placements(to);
        norms(to);
        attention(to);
        activations(to);
        positions(to);
        initialisations(to);
    }

    private static void placements(Contributions to) {
        to.add(Placement.KIND, "attn_res", AttnRes.STANDARD);
        to.add(Placement.KIND, "deep_delta", DeepDelta.STANDARD);
        to.add(Placement.KIND, "deep_norm", new DeepNorm());
        to.add(Placement.KIND, "hybrid_norm", new HybridNorm());
        to.add(Placement.KIND, "hyper_connections", HyperConnections.STANDARD);
        to.add(Placement.KIND, "keel", new Keel(SkipScale.STANDARD));
        to.add(Placement.KIND, "ln_scaling", Placement.of(LnScalingBlock::new, true));
        to.add(Placement.KIND, "mhc", ManifoldHyperConnections.STANDARD);
        to.add(Placement.KIND, "mix_ln", new MixLn());
        to.add(Placement.KIND, "ngpt", Ngpt.STANDARD);
        to.add(Placement.KIND, "none", Placement.of(NoNormBlock::new, false, NoNormBlock.TRAITS));
        to.add(Placement.KIND, "norm_former", new NormFormer());
        to.add(Placement.KIND, "parallel", Placement.of(ParallelBlock::new, true, ParallelBlock.TRAITS));
        to.add(Placement.KIND, "peri_ln", Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS));
        to.add(Placement.KIND, "post", Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS));
        to.add(Placement.KIND, "post_scaled", new ScaledPost(SkipScale.STANDARD));
        to.add(Placement.KIND, "pre", Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS));
        to.add(Placement.KIND, "res_post", Placement.of(ResPostBlock::new, true, ResPostBlock.TRAITS));
        to.add(Placement.KIND, "resi_dual", new ResiDual());
        to.add(Placement.KIND, "rezero", Placement.of(ReZeroBlock::new, false, ReZeroBlock.TRAITS));
        to.add(Placement.KIND, "sandwich", Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS));
        to.add(Placement.KIND, "siamese", new Siamese());
    }

    private static void norms(Contributions to) {
        to.add(NormFactory.KIND, "batch_norm", BatchNorm::new);
        to.add(NormFactory.KIND, "derf", new Squashing(Derf::new));
        to.add(NormFactory.KIND, "dynamic_tanh", new Squashing(DynamicTanh::new));
        to.add(NormFactory.KIND, "fake_layer_norm", FakeLayerNorm::new);
        to.add(NormFactory.KIND, "layer_norm", LayerNorm::new);
        to.add(NormFactory.KIND, "none", NormFactory.withoutEps((path, width, affine, eps) -> new NoNorm(path)));
        to.add(NormFactory.KIND, "rms_norm", RmsNorm::new);
    }

    private static void attention(Contributions to) {
        to.add(AttentionKind.KIND, "softmax", AttentionKind.of(MultiHeadAttention::new, AttentionTraits.CHAPTER));
        to.add(AttentionKind.KIND, "differential", AttentionKind.of(DifferentialAttention::new, AttentionTraits.OTHER));
        to.add(AttentionKind.KIND, "gated", new Gated(Gated.GATE.standard()));
        to.add(AttentionKind.KIND, "off_by_one", AttentionKind.of((path, dims, design) -> new SinkAttention(path, dims, design, false), AttentionTraits.OTHER));
        to.add(AttentionKind.KIND, "sink", AttentionKind.of((path, dims, design) -> new SinkAttention(path, dims, design, true), AttentionTraits.OTHER));
        to.add(AttentionKind.KIND, "softpick", AttentionKind.of(SoftpickAttention::new, AttentionTraits.OTHER));
        to.add(AttentionKind.KIND, "value_residual", new ValueResidual(ValueResidual.OWN.standard(), ValueResidual.FIRST.standard()));
        to.add(AttentionKind.KIND, "uniform", AttentionKind.of(UniformAttention::new, AttentionTraits.WITHOUT_SCORES));
        to.add(AttentionKind.KIND, "self_only", AttentionKind.of(SelfOnlyAttention::new, AttentionTraits.WITHOUT_MIXING));
        to.add(AttentionKind.KIND, "none", AttentionKind.of((path, dims, design) -> new Absent(path), AttentionTraits.ABSENT));
    }

    private static void activations(Contributions to) {
        to.add(ActFn.KIND, "relu", ActFn.of(Pass::relu, HostActivations.RELU));
        to.add(ActFn.KIND, "gelu", ActFn.of(Pass::gelu, HostActivations.GELU));
        to.add(ActFn.KIND, "gelu_tanh", ActFn.of(Pass::geluTanh, HostActivations.GELU_TANH));
        to.add(ActFn.KIND, "silu", ActFn.of(Activation.SILU, HostActivations.SILU));
        to.add(ActFn.KIND, "swiglu", ActFn.gated(Activation.SILU));
        to.add(ActFn.KIND, "geglu", ActFn.gated(Pass::gelu));
        to.add(ActFn.KIND, "geglu_tanh", ActFn.gated(Pass::geluTanh));
        to.add(ActFn.KIND, "reglu", ActFn.gated(Pass::relu));
    }

    private static void positions(Contributions to) {
        to.add(PositionKind.KIND, "learned", StandardPositions.LEARNED);
        to.add(PositionKind.KIND, "sinusoidal", StandardPositions.SINUSOIDAL);
        to.add(PositionKind.KIND, "rope", new Rope(new RopeScaling.None()));
        to.add(PositionKind.KIND, "alibi", StandardPositions.ALIBI);
        to.add(PositionKind.KIND, NO_POSITIONS, StandardPositions.NONE);
    }

    private static void initialisations(Contributions to) {
        to.add(InitKind.KIND, "xavier_normal", new XavierInit());
        to.add(InitKind.KIND, "gpt2", new Gpt2Init());
        to.add(InitKind.KIND, "normal", Initializer::normal);
    }
}
