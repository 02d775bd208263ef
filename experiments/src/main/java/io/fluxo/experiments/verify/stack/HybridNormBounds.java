package io.fluxo.experiments.verify.stack;

import static io.fluxo.model.ModelSpec.BIAS;

import io.fluxo.block.HybridNorm;
import io.fluxo.block.HybridNormBlock;
import io.fluxo.block.Placement;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Rows;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * HybridNorm's norms within attention: a query and a key of length √d_head each give a score of at most √d_head, and how large the stream, W_Q, W_K and W_V are makes no difference to what attention
 * returns. The stream's sums are x + MHA(x), then N(x) + FFN(N(x)).
 */
final class HybridNormBounds extends Claim {

    private static final int HEAD = 3;

    HybridNormBounds() {
        super(Statement.of("hybrid-norm", "HybridNorm's scores are bounded by √d_head, what its attention returns does not depend on how large W_Q, W_K, W_V and the stream are, and its network adds to a normalised stream")
                .said(Citation.of("Zhuo et al. (2025), HybridNorm, arXiv 2503.04598, section 3"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks, heads of width 3, 2 … 6 tokens, width 3 … 10, without biases, ε = 0", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Fault.of("mutant-hybrid-norm-without-norms-within", "hybrid_norm asks attention for no norms of queries, keys and values", Placement.KIND, "hybrid_norm",
                        Placement.of(HybridNormBlock::new, true)),
                        StackFaults.withoutNorms("hybrid_norm", new HybridNorm(), path -> path.endsWith(".ln2"))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        double largest = 0;
        for (Small some : Small.cases(apparatus, id())) {
            Small drawn = new Small(apparatus, some.trial(), some.sizes().withHeadWidth(HEAD));
            ModelSpec spec = drawn.spec(Choice.of("hybrid_norm")).with(BIAS, false);
            HostArray x0 = drawn.x0();
            try (Blocks blocks = drawn.blocks(spec, apparatus.catalog())) {
                Blocks.Run run = blocks.run(x0, "blocks.*.attn.hook_attn_scores", "blocks.*.hook_*", "blocks.*.ln2.hook_out");
                for (int layer = 0; layer < drawn.sizes().layers(); layer++) {
                    String block = Text.format("blocks.%d.", layer);
                    largest = Math.max(largest, Arrays.stream(run.at(block + "attn.hook_attn_scores").toDoubles()).filter(Double::isFinite).map(Math::abs).max().orElseThrow());
                    double[] sum = Small.sum(run.at(block + "hook_resid_pre").toDoubles(), 1, run.at(block + "hook_attn_out").toDoubles());
                    double[] normed = Rows.normed(sum, drawn.sizes().width());
                    worst.note("h = N(x + MHA(x)) + FFN(…)", Small.sum(normed, 1, run.at(block + "hook_mlp_out").toDoubles()), run.at(block + "hook_resid_post").toDoubles());
                }
                double[] before = run.at("blocks.0.hook_attn_out").toDoubles();
                blocks.set("blocks.*.attn.W_Q", cell -> Small.scaled(blocks.value(cell.name()).toDoubles(), 7)).set("blocks.*.attn.W_K", cell -> Small.scaled(blocks.value(cell.name()).toDoubles(), 0.2))
                        .set("blocks.*.attn.W_V", cell -> Small.scaled(blocks.value(cell.name()).toDoubles(), 30));
                worst.note("MHA(x) with 7W_Q, W_K/5, 30W_V", before, blocks.run(x0, "blocks.0.hook_attn_out").at("blocks.0.hook_attn_out").toDoubles());
                HostArray larger = HostArray.of(x0.shape(), x0.dtype(), Small.scaled(x0.toDoubles(), 100));
                worst.note("MHA(100x)", before, blocks.run(larger, "blocks.0.hook_attn_out").at("blocks.0.hook_attn_out").toDoubles());
            }
        }
        return worst.figures(Small.TOLERANCE).add(Figure.atMost("largest score over √d_head", 1 + Small.TOLERANCE, largest / Math.sqrt(HEAD)))
                .finding("|q·k/√d_head| ≤ √d_head; MHA does not depend on the sizes of x, W_Q, W_K, W_V; h = N(x + MHA(x)) + FFN(N(x + MHA(x)))").within(Small.TOLERANCE);
    }
}
