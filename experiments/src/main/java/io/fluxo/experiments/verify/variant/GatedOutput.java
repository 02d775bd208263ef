package io.fluxo.experiments.verify.variant;

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
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.Gated;
import io.fluxo.layer.attention.GatedAttention.Width;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** Gated attention, o = (σ(xW_g) ⊙ z)W_O: what its gates can do that softmax cannot. */
final class GatedOutput extends Claim {

    private static final Choice BY_HEAD = Choice.of("gated").with(Gated.GATE, Width.HEAD);
    private static final String GATE = "attn.hook_gate";

    GatedOutput() {
        super(Statement.of("gated-output", "A gate on each head is a sink logit of its own for each token; a gate on each element makes the map from values to outputs differ from token to token")
                .said(Citation.of("Qiu et al. (2025), Gated Attention for Large Language Models, section 4"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, 1 … 4 heads of width 2 … 5, causal", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "rank by singular values")
                .refutes(Fault.of("mutant-gate-left-open", "the gate is computed by nobody", AttentionKind.KIND, "gated", new NoGate())));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        double off = 0;
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            halved(worst, apparatus, drawn);
            likeASink(worst, apparatus, drawn);
            off = Math.max(off, Math.abs(rank(apparatus, drawn) - Math.min(drawn.tokens(), drawn.head())));
        }
        return worst.figures(Variant.TOLERANCE).add(Figure.within("rank of the tokens' maps W_V diag(g_i) W_O minus min(N, d_head)", 0, off, 0))
                .finding("W_g = 0 halves the output; a head's gate g is the sink logit s = LSE − logit(g); the maps W_V diag(g_i) W_O span min(N, d_head) dimensions").within(Variant.TOLERANCE);
    }

    private static void halved(Worst worst, Apparatus apparatus, Variant drawn) {
        try (OneLayer gated = drawn.attention(apparatus, "gated", Mask.CAUSAL); OneLayer plain = drawn.attention(apparatus, "softmax", Mask.CAUSAL)) {
            gated.shareWith(plain);
            if (gated.has("attn.W_gate")) {
                gated.set("attn.W_gate", new double[gated.value("attn.W_gate").length]);
            }
            worst.note("W_g = 0 halves the output", gated.output(drawn.x()), Arrays.stream(plain.output(drawn.x())).map(value -> value / 2).toArray());
        }
    }

    /** Every query's gates against sinks that are put to that query's logits: the sink has one logit a head, so that one query is compared at a time. */
    private static void likeASink(Worst worst, Apparatus apparatus, Variant drawn) {
        HostArray x = drawn.x();
        try (OneLayer gated = drawn.attention(apparatus, BY_HEAD, Mask.CAUSAL, false); OneLayer sink = drawn.attention(apparatus, "sink", Mask.CAUSAL)) {
            gated.shareWith(sink);
            var shown = gated.run(x, "attn.hook_attn_scores", GATE);
            double[] output = gated.output(x);
            for (int i = 0; i < drawn.tokens(); i++) {
                double[] logits = new double[drawn.heads()];
                for (int h = 0; h < drawn.heads(); h++) {
                    double gate = shown.values().containsKey(GATE) ? shown.at(GATE)[i * drawn.heads() + h] : 0.5;
                    logits[h] = Variant.logSumExp(drawn.row(shown.at("attn.hook_attn_scores"), h, i)) - Math.log(gate / (1 - gate));
                }
                double[] other = sink.set("attn.sink", logits).output(x);
                int from = i * drawn.width();
                worst.note("a head's gate g is the sink logit LSE − logit(g)", Arrays.copyOfRange(output, from, from + drawn.width()), Arrays.copyOfRange(other, from, from + drawn.width()));
            }
        }
    }

    /** How many dimensions the maps W_V diag(g_i) W_O of the first head span, over the tokens i. */
    private static int rank(Apparatus apparatus, Variant drawn) {
        int width = drawn.width();
        try (OneLayer gated = drawn.attention(apparatus, "gated", Mask.CAUSAL)) {
            var shown = gated.run(drawn.x(), GATE);
            double[] v = gated.value("attn.W_V");
            double[] o = gated.value("attn.W_O");
            DMatrixRMaj maps = new DMatrixRMaj(drawn.tokens(), width * width);
            for (int i = 0; i < drawn.tokens(); i++) {
                for (int e = 0; e < drawn.head(); e++) {
                    double gate = shown.values().containsKey(GATE) ? shown.at(GATE)[i * drawn.heads() * drawn.head() + e] : 1;
                    for (int a = 0; a < width; a++) {
                        for (int b = 0; b < width; b++) {
                            maps.add(i, a * width + b, v[a * drawn.heads() * drawn.head() + e] * gate * o[e * width + b]);
                        }
                    }
                }
            }
            SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(false, false, true);
            svd.decompose(maps);
            return SingularOps_DDRM.rank(svd, 1e-9 * Arrays.stream(svd.getSingularValues()).max().orElseThrow());
        }
    }

    /** Softmax attention under the gate's name. */
    private record NoGate() implements AttentionKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(Gated.GATE);
        }

        @Override
        public AttentionKind with(OwnSettings own) {
            return this;
        }

        @Override
        public AttentionTraits traits() {
            return AttentionTraits.OTHER;
        }

        @Override
        public Attention attention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
            return new MultiHeadAttention(path, dims, design);
        }
    }
}
