package io.fluxo.experiments.verify.initial;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.SelfOnlyAttention;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.network.HostActivations;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.Pass;
import io.fluxo.text.Text;

/** Faults that claims about the stream at initialisation must see. */
final class InitialFaults {

    static final Fault PRE_IS_POST = Fault.of("mutant-pre-norm-is-post-norm", "the placement pre computes post-norm", Placement.KIND, "pre",
            Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS));

    static final Fault POST_IS_PRE = Fault.of("mutant-post-norm-is-pre-norm", "the placement post computes pre-norm", Placement.KIND, "post",
            Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS));

    static final Fault NORM_DOES_NOTHING = Fault.of("mutant-norm-does-nothing", "layer_norm returns its input", NormFactory.KIND, "layer_norm",
            NormFactory.withoutEps((path, _, _, _) -> new NoNorm(path)));

    static final Fault TOKENS_APART = Fault.of("mutant-uniform-attention-apart", "uniform attention lets each token see only itself", AttentionKind.KIND, "uniform",
            AttentionKind.of(SelfOnlyAttention::new, AttentionTraits.WITHOUT_MIXING));

    static final Fault RELU_IS_GELU = Fault.of("mutant-relu-is-gelu", "relu computes GELU", ActFn.KIND, "relu", ActFn.of(Pass::gelu, HostActivations.GELU));

    private InitialFaults() {}

    /** {@code placement} leaves out what makes it differ from pre-norm. */
    static Fault isPreNorm(String placement) {
        return Fault.of(Text.format("mutant-%s-is-pre-norm", placement.replace('_', '-')), Text.format("the placement %s computes pre-norm", placement),
                Placement.KIND, placement, Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS));
    }
}
