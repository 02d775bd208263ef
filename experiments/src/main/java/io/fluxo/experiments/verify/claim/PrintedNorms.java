package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.example.LayerNormOnPaper;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** t3 = LN(t2) and h = LN(t5), as printed: not with any one gain and bias. */
final class PrintedNorms extends Claim {

    PrintedNorms() {
        super(Statement.of("worked-example-layernorm", "The worked example's two norms are LayerNorms")
                .said(Citation.chapter("Continuando o exemplo anterior, suponha que, após a aplicação do *LayerNorm* ao vetor $t^2$, obtenhamos: $t^3 = "
                        + "LayerNorm(t^2) = [0.8, -0.2, 0.5, 0.2]$",
                        "e que, após as transformações pelas camadas de *LayerNorm* e *FFN*, os vetores $t^3$ e $t^4$ sejam: $t^3 = LayerNorm(t^2) = "
                        + "[0.8, -0.2, 0.5, 0.2]$, $t^4 = FFN(t^3) = [0.1, -0.4, 0.2, -0.1]$",
                        "Finalmente, a normalização da camada final produz a saída do bloco *transformer*: $h_i = LayerNorm(t^5) = [0.3, -0.9, 0.5, "
                        + "0.3]$"))
                .group("chapter")
                .about(Scope.NONE)
                .over("the printed vectors, γ = 1 and β = 0, or any one gain and bias", "for these vectors")
                .expected(Verdict.REFUTED)
                .by("computation", "least squares over gain and bias")
                .refutesNone("none: arithmetic on the printed vectors, no block takes part"));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        double[] first = layerNorm(apparatus, Published.T2);
        double[] second = layerNorm(apparatus, Published.T5);
        LayerNormOnPaper onPaper1 = LayerNormOnPaper.of(Published.T2);
        LayerNormOnPaper onPaper2 = LayerNormOnPaper.of(Published.T5);
        double off = Math.max(Largest.difference(first, onPaper1.normalized()), Largest.difference(second, onPaper2.normalized()));
        String theory = Text.format("LN(t2) = %s, LN(t5) = %s", Digits.text(Published.T3), Digits.text(Published.H));
        if (!(off <= PrintedVectors.tolerance(apparatus.dtype()))) {
            return Finding.skipped(Text.format("the backend's LayerNorm is %s away from the definition: it cannot tell", Digits.text(off)));
        }
        double nearest = Math.min(onPaper1.fromScalarGain(Published.T3), onPaper2.fromScalarGain(Published.H));
        List<String> derivation = derivation(apparatus, onPaper1, onPaper2);
        String measured = Text.format("LN(t2) = %s (μ %s, σ %s), LN(t5) = %s", Digits.text(first), Digits.text(onPaper1.mean()),
                Digits.text(onPaper1.deviation()),
                Digits.text(second));
        if (Largest.difference(first, Published.T3) <= 0.05 && Largest.difference(second, Published.H) <= 0.05 || nearest <= 0.05) {
            return Finding.holds(theory, measured).within(0.05).derived(derivation);
        }
        return Finding.refuted(theory, measured, Text.format("t2 = %s: its second and fourth features are printed as %s and %s, but LN keeps the order %s < %s",
                Digits.text(Published.T2), Digits.text(Published.T3[1]), Digits.text(Published.T3[2]), Digits.text(Published.T2[2]),
                        Digits.text(Published.T2[1]))).within(PrintedVectors.tolerance(apparatus.dtype())).derived(derivation);
    }

    private static double[] layerNorm(Apparatus apparatus, double[] x) {
        return PrintedVectors.compute(apparatus, x, x, (ops, a, _) -> ops.fused(new FusedOp.LayerNorm(0, false), a));
    }

    private static List<String> derivation(Apparatus apparatus, LayerNormOnPaper first, LayerNormOnPaper second) {
        List<String> lines = new ArrayList<>();
        lines.add(Text.format("one gain and one bias for all features: the nearest vector stays %s away from the printed t3 and %s from the printed h (order is not preserved)",
                Digits.text(first.fromScalarGain(Published.T3)), Digits.text(second.fromScalarGain(Published.H))));
        double[] trueT5 = PrintedVectors.compute(apparatus, layerNorm(apparatus, Published.T2), Published.T4, Ops::add);
        lines.add(Text.format("the true chain with the printed t4 = %s: t5 = %s, h = %s", Digits.text(Published.T4), Digits.text(trueT5),
                Digits.text(layerNorm(apparatus, trueT5))));
        lines.add(Text.format("a gain for each feature, of mixed sign, attains any one vector: γ = %s for t3, %s for h; so the numbers are illustrative (\"suponha\"), no evidence",
                Digits.text(first.gainFor(Published.T3)), Digits.text(second.gainFor(Published.H))));
        return lines;
    }
}
