package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.claim.Recomputation.Equation;
import io.fluxo.experiments.verify.claim.Recomputation.RightSide;
import java.util.List;

/** The post-norm block computes the chapter's six equations. Each is compared with the values that the running block shows. */
final class PostNormEquation extends Claim {

    static final List<PostNormEquation> ALL = List.of(
            new PostNormEquation(new Equation("t1", RightSide.ATTENTION, "x"),
                    Statement.of("eq-10.32", "Attention reads token i and the whole context: t1 = MHA(x_i, [x_1 … x_N])")
                            .said(Citation.chapter("A operação, então, calcula *queries*, *keys* e *values* para cada *token* e utiliza um mecanismo de atenção "
                                    + "para combinar as informações, resultando em uma nova representação $t^1$ do *token* $i$ que leva em conta o "
                                    + "contexto: $$t^1 = MultiHeadAttention(x_i, [x_1, \\ldots, x_N])$$ [10.32]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.ATTENTION)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-leaky-mask", "mutant-no-output-projection", "mutant-uniform-attention", "mutant-post-computing-pre")),

            new PostNormEquation(new Equation("t2", RightSide.SUM, "t1", "x"),
                    Statement.of("eq-10.33", "The residual connection adds the token: t2 = t1 + x_i")
                            .said(Citation.chapter("A saída $t^1$ é então adicionada ao *embedding* original $x_i$ através de uma conexão residual, como já vimos: "
                                    + "$$t^2 = t^1 + x_i$$ [10.33]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.SUM)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-dropped-residual", "mutant-post-computing-pre")),

            new PostNormEquation(new Equation("t3", RightSide.NORM_1, "t2"),
                    Statement.of("eq-10.34", "The first norm: t3 = LayerNorm(t2)")
                            .said(Citation.chapter("O processo de normalização de camada pode ser descrito formalmente como: $$t^3 = LayerNorm(t^2)$$ [10.34]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.NORM, Topic.MIXING)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-batch-norm-over-tokens", "mutant-post-computing-pre", "mutant-naive-variance")),

            new PostNormEquation(new Equation("t4", RightSide.FFN, "t3"),
                    Statement.of("eq-10.35", "The feed-forward network: t4 = FFN(t3)")
                            .said(Citation.chapter("e a aplicação da rede *FFN* é expressa como: $$t^4 = FFN(t^3)$$ [10.35]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.NETWORK)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-token-mixing-ffn", "mutant-post-computing-pre", "mutant-linear-ffn")),

            new PostNormEquation(new Equation("t5", RightSide.SUM, "t4", "t3"),
                    Statement.of("eq-10.36", "The second residual connection: t5 = t4 + t3")
                            .said(Citation.chapter("A segunda conexão residual, adiciona o resultado do *FFN* ($t^4$) ao vetor após normalização ($t^3$), "
                                    + "assegurando que as informações de ambas as camadas sejam combinadas de forma eficiente: $$t^5 = t^4 + t^3$$ "
                                    + "[10.36]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.SUM, Topic.NETWORK)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-dropped-residual", "mutant-post-computing-pre")),

            new PostNormEquation(new Equation("h", RightSide.NORM_2, "t5"),
                    Statement.of("eq-10.37", "The last norm gives the block's output: h_i = LayerNorm(t5)")
                            .said(Citation.chapter("Finalmente, o *embedding* passa por uma última camada de normalização (*LayerNorm*) produzindo a saída final do "
                                    + "bloco *transformer*: $$h_i = LayerNorm(t^5)$$ [10.37]"))
                            .group("chapter")
                            .about(Scope.POST, Topic.NORM, Topic.NETWORK)
                            .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                            .expected(Verdict.HOLDS)
                            .by("float64 recomputation on the host", "rounding bound", "shrinking")
                            .refutes("mutant-batch-norm-over-tokens", "mutant-post-computing-pre", "mutant-naive-variance")));

    private final Recomputation recomputation;

    private PostNormEquation(Equation equation, Statement statement) {
        super(statement);
        recomputation = new Recomputation(List.of(equation));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        return recomputation.check(candidate, apparatus);
    }
}
