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
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.OneLayer;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.SinkAttention;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.tensor.DType;
import java.util.Arrays;

/** A logit s that stands for no token scales a head's result by σ(LSE − s), with the log-sum-exp of the row's scores. */
final class SinkLogit extends Claim {

    private static final String THEORY = "z = σ(LSE − s)·softmax(scores)V, row sum σ(LSE − s) < 1; s = 0 is off-by-one and a zero key with a zero value; s → −∞ is softmax";

    SinkLogit() {
        super(Statement.of("sink-logit", "A learned sink logit multiplies what a head returns by σ(LSE − s), and so lets it return nothing")
                .said(Citation.of("gpt-oss (OpenAI 2025); Miller (2023), \"Attention Is Off By One\""))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 8 tokens, 1 … 4 heads of width 2 … 5, causal", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml, recomputed from the scores")
                .refutes(Fault.of("mutant-sink-kept-out", "the sink takes no weight", AttentionKind.KIND, "sink", AttentionKind.of(MultiHeadAttention::new, AttentionTraits.OTHER)),
                        Fault.of("mutant-off-by-two", "off_by_one has its own learned logit", AttentionKind.KIND, "off_by_one",
                                AttentionKind.of((path, dims, design) -> new SinkAttention(path, dims, design, true), AttentionTraits.OTHER))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < apparatus.trials(); trial++) {
            Variant drawn = Variant.drawn(apparatus, id(), trial);
            try (OneLayer sink = drawn.attention(apparatus, "sink", Mask.CAUSAL); OneLayer plain = drawn.attention(apparatus, "softmax", Mask.CAUSAL);
                    OneLayer offByOne = drawn.attention(apparatus, "off_by_one", Mask.CAUSAL)) {
                sink.shareWith(plain);
                sink.shareWith(offByOne);
                scaled(worst, drawn, sink, plain);
                if (sink.has("attn.sink")) {
                    sink.set("attn.sink", Draws.constant(drawn.heads(), 0));
                    worst.note("s = 0 is off-by-one", sink.output(drawn.x()), offByOne.output(drawn.x()));
                    sink.set("attn.sink", Draws.constant(drawn.heads(), -1e4));
                    worst.note("s → −∞ is softmax", sink.output(drawn.x()), plain.output(drawn.x()));
                }
                zeroKey(worst, apparatus, drawn);
            }
        }
        return worst.figures(Variant.TOLERANCE).finding(THEORY).within(Variant.TOLERANCE);
    }

    private static void scaled(Worst worst, Variant drawn, OneLayer sink, OneLayer plain) {
        var shown = sink.run(drawn.x(), "attn.hook_attn_scores", "attn.hook_pattern");
        double[] softmax = plain.run(drawn.x(), "attn.hook_pattern").at("attn.hook_pattern");
        for (int h = 0; h < drawn.heads(); h++) {
            double logit = sink.has("attn.sink") ? sink.value("attn.sink")[h] : 0.5;
            for (int i = 0; i < drawn.tokens(); i++) {
                double open = Variant.sigmoid(Variant.logSumExp(drawn.row(shown.at("attn.hook_attn_scores"), h, i)) - logit);
                double[] row = drawn.row(shown.at("attn.hook_pattern"), h, i);
                worst.note("row = σ(LSE − s)·softmax", row, Arrays.stream(drawn.row(softmax, h, i)).map(value -> open * value).toArray());
                worst.note("row sum = σ(LSE − s)", Math.abs(Variant.sum(row) - open));
            }
        }
    }

    /** Softmax with a token more, whose key and value are zero, against off-by-one without it; no mask, no biases. */
    private static void zeroKey(Worst worst, Apparatus apparatus, Variant drawn) {
        try (OneLayer plain = drawn.attention(apparatus, "softmax", Mask.BIDIRECTIONAL); OneLayer offByOne = drawn.attention(apparatus, "off_by_one", Mask.BIDIRECTIONAL)) {
            plain.shareWith(offByOne);
            double[] x = drawn.x().toDoubles();
            double[] longer = Arrays.copyOf(x, x.length + drawn.width());                      // the last token is 0, and so are its key and its value
            double[] all = plain.output(Draws.stream(drawn.tokens() + 1, drawn.width(), DType.F64, longer));
            worst.note("off-by-one is softmax with a zero key and a zero value", Arrays.copyOf(all, x.length), offByOne.output(drawn.x()));
        }
    }
}
