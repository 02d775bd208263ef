package io.fluxo.experiments.verify.variant;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.ValueResidual;
import io.fluxo.layer.attention.ValueResidualAttention;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.Map;

/**
 * With value residuals a head returns λ₁AV_lW_O + λ₂AV_1W_O. What block 0 read so reaches every later block by a second path, beside the stream.
 */
final class ValueResidualSplit extends Claim {

    private static final int LAYERS = 3;

    ValueResidualSplit() {
        super(Statement.of("value-residual", "A head with value residuals returns λ₁ of what its own values give plus λ₂ of what the first layer's values give under its pattern")
                .said(Citation.of("Zhou et al. (2024), Value Residual Learning, eq. 5"))
                .group("algebra")
                .about(Scope.NONE)
                .over("3 pre-norm blocks, 2 … 8 tokens, 1 … 4 heads, λ₁ and λ₂ between −1 and 1", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml, recomputed on the host")
                .refutes(Fault.of("mutant-own-values-alone", "later layers carry their own values alone", AttentionKind.KIND, "value_residual", new OwnAlone())));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            double own = 2 * drawn.key().uniform(50) - 1;
            double first = 2 * drawn.key().uniform(51) - 1;
            split(worst, apparatus, drawn, own, first);
            HostArray x = drawn.x();
            try (Blocks plain = blocks(apparatus, drawn, Choice.of("softmax")); Blocks alone = blocks(apparatus, drawn, shares(1, 0))) {
                worst.note("λ = (1, 0) is plain attention", plain.run(x).output().toDoubles(), alone.run(x).output().toDoubles());
            }
        }
        return worst.figures(Variant.TOLERANCE).finding("attn_l = λ₁ A V_l W_O + λ₂ A V_1 W_O, exactly; (1, 0) is plain").within(Variant.TOLERANCE);
    }

    private static Choice shares(double own, double first) {
        return Choice.of("value_residual").with(ValueResidual.OWN, own).with(ValueResidual.FIRST, first);
    }

    private static Blocks blocks(Apparatus apparatus, Variant drawn, Choice attention) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, drawn.width()).with(N_HEADS, drawn.heads()).with(D_HEAD, drawn.head()).with(D_MLP, 5)
                .with(N_CTX, drawn.tokens()).with(POSITIONS, "none").with(BIAS, false).withAll(Map.of(ATTENTION.name(), attention));
        return Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, drawn.key().split("model"));
    }

    private static void split(Worst worst, Apparatus apparatus, Variant drawn, double own, double first) {
        try (Blocks blocks = blocks(apparatus, drawn, shares(own, first))) {
            Blocks.Run run = blocks.run(drawn.x(), "blocks.*.attn.hook_pattern", "blocks.*.attn.hook_v_own", "blocks.*.hook_attn_out");
            for (int layer = 1; layer < LAYERS; layer++) {
                String path = "blocks." + layer;
                double[] pattern = run.at(path + ".attn.hook_pattern").toDoubles();
                double[] matrix = blocks.value(path + ".attn.W_O").toDoubles();
                double[] expected = new double[drawn.tokens() * drawn.width()];
                add(expected, drawn, pattern, run.at(path + ".attn.hook_v_own").toDoubles(), matrix, own);
                add(expected, drawn, pattern, run.at("blocks.0.attn.hook_v_own").toDoubles(), matrix, first);
                worst.note("attention's output = λ₁AV_lW_O + λ₂AV_1W_O", run.at(path + ".hook_attn_out").toDoubles(), expected);
            }
        }
    }

    /** Adds share·(A V)W_O of all heads to {@code sum} [pos d_model]. */
    private static void add(double[] sum, Variant drawn, double[] pattern, double[] values, double[] matrix, double share) {
        int inner = drawn.heads() * drawn.head();
        for (int h = 0; h < drawn.heads(); h++) {
            for (int i = 0; i < drawn.tokens(); i++) {
                for (int e = 0; e < drawn.head(); e++) {
                    double z = 0;
                    for (int j = 0; j < drawn.tokens(); j++) {
                        z += pattern[drawn.at(h, i, j)] * values[j * inner + h * drawn.head() + e];
                    }
                    for (int c = 0; c < drawn.width(); c++) {
                        sum[i * drawn.width() + c] += share * z * matrix[(h * drawn.head() + e) * drawn.width() + c];
                    }
                }
            }
        }
    }

    /** Softmax attention under the name of value residuals. */
    private record OwnAlone() implements AttentionKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(ValueResidual.OWN, ValueResidual.FIRST);
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
            return new ValueResidualAttention(path, dims, design, 1, 0);
        }
    }
}
