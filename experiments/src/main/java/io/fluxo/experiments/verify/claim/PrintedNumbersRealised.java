package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Weights exist under which the block gives x2, t1 … h as printed. */
final class PrintedNumbersRealised extends Claim {

    PrintedNumbersRealised() {
        super(Statement.of("worked-example-realised", "A real block can give all the printed numbers")
                .said(Citation.chapter("Para ilustrar o funcionamento da autoatenção na integração contextual, consideremos uma sequência com três *tokens*, onde o "
                        + "segundo *token* possui um *embedding* inicial $x_2$ de dimensão $d=4$: $x_2 = [1.0, 0.5, -0.2, 0.8]$",
                        "Após o cálculo dos *queries*, *keys* e *values* para todos os *tokens* da sequência e a aplicação da operação "
                        + "*MultiHeadAttention*, suponhamos que a saída $t^1$ para o segundo *token* seja: $t^1 = [0.2, -0.1, 0.3, 0.1]$",
                        "A adição residual resulta em: $t^2 = t^1 + x_2 = [1.2, 0.4, 0.1, 0.9]$",
                        "Continuando o exemplo anterior, suponha que, após a aplicação do *LayerNorm* ao vetor $t^2$, obtenhamos: $t^3 = "
                        + "LayerNorm(t^2) = [0.8, -0.2, 0.5, 0.2]$",
                        "e que a aplicação da rede *FFN* resulte em: $t^4 = FFN(t^3) = [0.1, -0.4, 0.2, -0.1]$",
                        "Para ilustrar o efeito da modulação contextual, consideremos que a saída da autoatenção ($t^1$) seja: $t^1 = [0.2, -0.1, "
                        + "0.3, 0.1]$",
                        "e que, após as transformações pelas camadas de *LayerNorm* e *FFN*, os vetores $t^3$ e $t^4$ sejam: $t^3 = LayerNorm(t^2) = "
                        + "[0.8, -0.2, 0.5, 0.2]$, $t^4 = FFN(t^3) = [0.1, -0.4, 0.2, -0.1]$",
                        "A segunda adição residual resulta em: $t^5 = t^4 + t^3 = [0.9, -0.6, 0.7, 0.1]$",
                        "Finalmente, a normalização da camada final produz a saída do bloco *transformer*: $h_i = LayerNorm(t^5) = [0.3, -0.9, 0.5, "
                        + "0.3]$"))
                .group("chapter")
                .about(Scope.POST, Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK)
                .over("three tokens, d_model 4, two heads, ε = 0", "there are weights")
                .expected(Verdict.HOLDS)
                .by("weights solved for", "run on the backend")
                .refutes("mutant-batch-norm-over-tokens", "mutant-no-output-projection", "mutant-dropped-residual", "mutant-post-computing-pre"));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        String theory = "weights exist under which the block gives the printed x2, t1 … h";
        Realisation realisation;
        try {
            realisation = Realisation.of(candidate, apparatus.backend(), apparatus.dtype(), apparatus.seed());
        } catch (ShapeMismatchException mismatch) {
            return Finding.refuted(theory, "the block does not run", mismatch.getMessage());
        }
        double worst = 0;
        String where = "";
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, double[]> symbol : realisation.symbols().entrySet()) {
            double[] printed = Published.value(symbol.getKey());
            double off = Largest.difference(symbol.getValue(), printed);
            lines.add(Text.format("%-2s = %s, printed %s", symbol.getKey(), Digits.text(symbol.getValue()), Digits.text(printed)));
            if (!(off <= worst)) {
                worst = off;
                where = lines.getLast();
            }
        }
        lines.add("dataflow:");
        realisation.flow().edges().forEach(edge -> lines.add("    " + edge));
        lines.add("as Mermaid:");
        Mermaid.graph(realisation.flow(), realisation.symbols()).lines().forEach(line -> lines.add("    " + line));
        double allowed = PrintedVectors.tolerance(apparatus.dtype());
        if (!(worst <= allowed)) {
            return Finding.refuted(theory, Text.format("a value is off by %s", Digits.text(worst)), where).derived(lines);
        }
        return Finding.holds(theory, Text.format("largest deviation %s", Digits.text(worst))).within(allowed)
                .witnessed(Text.format("W_Q, W_K, W_V, W_in random (seed %d); W_O, W_out, γ1 = %s, γ2 = %s solved for", apparatus.seed(),
                        Digits.text(realisation.gain1()), Digits.text(realisation.gain2()))).derived(lines);
    }
}
