package io.fluxo.experiments.verify.variant;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.Heads;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;

/** What the bias on values becomes where a row's weights do not sum to 1: (A1)b_V, and not b_V. */
final class RowSum extends Claim {

    private static final List<String> KINDS = List.of("softmax", "softpick", "sink", "off_by_one", "differential");

    RowSum() {
        super(Statement.of("row-sum", "The bias on values reaches a head's result times the sum of the row's weights, which is 1 for softmax alone")
                .said(Citation.of("derived; replaces the bias term of Elhage et al. (2021) and Kobayashi et al. (2020)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, 1 … 4 heads, causal; softmax, softpick, sink, off-by-one, differential", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml, with and without the bias")
                .refutes(Fault.of("mutant-bias-past-the-weights", "softpick adds the bias after the weights", AttentionKind.KIND, "softpick",
                        AttentionKind.of(BiasPastTheWeights::new, AttentionTraits.OTHER))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            KINDS.forEach(kind -> compare(worst, apparatus, drawn, kind));
        }
        return worst.figures(Variant.TOLERANCE).finding("A(xW_V + 1b_V)W_O = AxW_VW_O + (A1)b_VW_O").within(Variant.TOLERANCE);
    }

    private static void compare(Worst worst, Apparatus apparatus, Variant drawn, String kind) {
        HostArray x = drawn.x();
        try (OneLayer attention = drawn.attention(apparatus, Choice.of(kind), Mask.CAUSAL, true)) {
            double[] bias = attention.value("attn.b_V");
            var with = attention.run(x, "attn.hook_pattern", "attn.hook_z");
            double[] without = attention.set("attn.b_V", new double[bias.length]).run(x, "attn.hook_z").at("attn.hook_z");
            double[] expected = new double[without.length];
            int width = bias.length / drawn.heads();
            for (int i = 0; i < drawn.tokens(); i++) {
                for (int h = 0; h < drawn.heads(); h++) {
                    double sum = Variant.sum(drawn.row(with.at("attn.hook_pattern"), h, i));
                    for (int e = 0; e < width; e++) {
                        int at = (i * drawn.heads() + h) * width + e;
                        expected[at] = without[at] + sum * bias[h * width + e];
                    }
                }
            }
            worst.note(Text.format("bias times the row's sum, %s", kind), with.at("attn.hook_z"), expected);
        }
    }

    /** Softpick that adds b_V to each head's result as if its rows summed to 1. */
    private static final class BiasPastTheWeights extends MultiHeadAttention {

        private BiasPastTheWeights(String path, Dims dims, Design design) {
            super(path, dims, design);
        }

        @Override
        protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
            Tensor grown = pass.relu(pass.shift(pass.exp(scores(pass, qs, ks, bias)), -1));
            Tensor pattern = pass.div(grown, pass.shift(pass.sum(grown, 3), 1));
            Tensor rest = pass.shift(pass.neg(pass.sum(pattern, 3)), 1);                           // what is missing to 1, [batch head n 1]
            Tensor extra = pass.mul(pass.permute(rest, 0, 2, 1, 3), pass.sigmoid(pass.sum(vs, 1)));
            return pass.add(weighted(pass, shownPattern(pass, pattern), Heads.share(pass, vs, dims().nHeads())), extra);
        }
    }
}
