package io.fluxo.experiments.verify.stack;

import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.Sizes;
import io.fluxo.experiments.verify.algebra.Trial;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;

/** Post-norm forgets how large the stream was, and that is all it forgets: with the size carried beside it, it is pre-norm. */
final class PrePostBridge extends Claim {

    private static final Sizes AS_TRAINED = new Sizes(32, 64, 4, 16, 256, 6);

    PrePostBridge() {
        super(Statement.of("pre-post-bridge", "A post-norm stack whose residual carries the running size of each token is a pre-norm stack")
                .said(Citation.of("derived"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks, 2 … 6 tokens, width 3 … 10, and one model of 6 blocks, 32 tokens, width 64; ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "autodiff", "both placements with the same weights")
                .refutes(Fault.of("mutant-running-size-frozen", "the size that the residual of the placement post carries stays what it was at first", Placement.KIND, "post",
                        Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS).changing(PrePostBridge::frozen)), Faults.FORGETS_MEAN));
    }

    private static Placement.Parts frozen(Placement.Parts parts) {
        return parts.residual() instanceof RunningScale running ? parts.withResidual(running.frozen()) : parts;
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (Small drawn : Small.cases(apparatus, id())) {
            compare(worst, drawn, "");
        }
        compare(worst, new Small(apparatus, Trial.of(apparatus, id(), 1).getFirst(), AS_TRAINED), " of a model of a size that is trained");
        return worst.figures(Small.TOLERANCE).finding("x̂ ← N(σx̂ + f(x̂)), σ ← std(σx̂ + f(x̂)), x̂_0 = N(x_0), σ_0 = std(x_0): x̂ = N(x), σ = std(x) of pre-norm").within(Small.TOLERANCE);
    }

    private static void compare(Worst worst, Small drawn, String where) {
        HostArray x0 = drawn.x0();
        HostArray normed = drawn.normedX0();
        int width = drawn.sizes().width();
        Shape each = Shape.of(Dim.of("batch", 1), Dim.of("pos", drawn.sizes().tokens()), Dim.ONE);
        HostArray sizes = HostArray.of(each, DType.F64, Rows.deviations(x0.toDoubles(), width));
        RunningScale running = new RunningScale(() -> drawn.apparatus().reference().upload(sizes));
        Catalog catalog = drawn.apparatus().catalog();
        Catalog carrying = catalog.replacing(Placement.KIND, "post", catalog.part(Placement.KIND, Choice.of("post")).changing(parts -> parts.withResidual(running)));
        try (Blocks pre = drawn.blocks("pre"); Blocks post = drawn.blocks(drawn.spec(Choice.of("post")), carrying)) {
            Blocks.Run plain = pre.run(x0, "blocks.*.hook_resid_mid", "blocks.*.hook_resid_post");
            running.begin();
            Blocks.Run carried = post.run(normed, "blocks.*.hook_resid_mid", "blocks.*.hook_resid_post", "blocks.*.hook_normalized_resid_post");
            for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                for (String sum : new String[] {"hook_resid_mid", "hook_resid_post"}) {
                    String point = Text.format("blocks.%d.%s", layer, sum);
                    worst.note("running size = std of pre-norm's stream" + where, Rows.deviations(plain.at(point).toDoubles(), width), Rows.deviations(carried.at(point).toDoubles(), width));
                }
                worst.note("stream = pre-norm's, normalised" + where, Rows.normed(plain.at(Text.format("blocks.%d.hook_resid_post", layer)).toDoubles(), width),
                        carried.at(Text.format("blocks.%d.hook_normalized_resid_post", layer)).toDoubles());
            }
            running.begin();
            worst.note("logits = pre-norm's" + where, Small.logits(pre, x0), Small.logits(post, normed));
            List<String> branches = Small.branches(pre);
            running.begin();
            Map<String, HostArray> here = drawn.gradients(post, normed, branches);
            drawn.gradients(pre, x0, branches).forEach((cell, gradient) -> worst.note("gradients of branches = pre-norm's" + where, gradient.toDoubles(), here.get(cell).toDoubles()));
        }
    }
}
