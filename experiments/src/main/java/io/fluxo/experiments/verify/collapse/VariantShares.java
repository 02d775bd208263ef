package io.fluxo.experiments.verify.collapse;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.layer.attention.DifferentialAttention;
import io.fluxo.op.Ops;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import io.fluxo.text.Text;
import java.util.List;
import java.util.stream.IntStream;

/** Stacks of one kind of attention alone. */
final class VariantShares {

    private VariantShares() {}

    static Shares of(Apparatus apparatus, String kind, String name, int layers) {
        return Shares.of(apparatus, name, Stacks.attentionOnly(layers).with(ATTENTION, PerLayer.of(Choice.of(kind))));
    }

    /** Differential attention that does not normalise its heads' results: its norm divides by 1 − λ_init, by which it is multiplied again. */
    static Shares differentialWithoutNorm(Apparatus apparatus, int layers) {
        return Shares.of(apparatus, "differential without its norm", Stacks.attentionOnly(layers).with(ATTENTION, PerLayer.of(Choice.of("differential"))),
                VariantShares::withoutNorm);
    }

    private static Hooks withoutNorm(Blocks blocks) {
        Ops ops = new Ops(blocks.backend());
        List<Hooks> changes = IntStream.range(0, blocks.model().blocks().size()).<Hooks>mapToObj(layer -> new Intervention(Text.format("blocks.%d.attn.ln_z.hook_scale", layer),
                scale -> ops.shift(ops.scale(scale, 0), 1 - DifferentialAttention.lambdaInit(layer)))).toList();
        return Hooks.all(changes);
    }
}
