package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
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
import io.fluxo.experiments.verify.claim.Recomputation.Equation;
import io.fluxo.experiments.verify.claim.Recomputation.RightSide;
import io.fluxo.experiments.verify.measure.Bounded;
import io.fluxo.experiments.verify.measure.Cases;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.Transformer;
import io.fluxo.property.BlockCase;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.List;

/** The pre-norm equations, block by block, and the norm that follows the last block: logits = LN(x_L)W_U. */
final class PreNorm extends Claim {

    PreNorm() {
        super(Statement.of("pre-norm", "The pre-norm twin: norms before the sub-layers, sums after them, one norm after the last block")
                .said(Citation.chapter("A autoatenção é o único componente do bloco *transformer* que recebe explicitamente informações de outros *tokens*, e a sua "
                        + "saída é adicionada ao *residual stream* do *token* atual, influenciando a sua representação, seja na arquitetura *pre-norm* "
                        + "ou *post-norm*.",
                        "O fluxo residual, seja na arquitetura *pre-norm* ou *post-norm*, transporta o resultado dessa operação ($t^2$, ou um "
                        + "resultado similar após *LayerNorm* no caso da arquitetura *pre-norm*), garantindo que a informação contextual seja "
                        + "propagada ao longo do modelo."))
                .group("chapter")
                .about(Scope.PRE, Topic.ATTENTION, Topic.SUM, Topic.NORM, Topic.NETWORK)
                .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                .expected(Verdict.HOLDS)
                .by("float64 recomputation on the host", "rounding bound", "shrinking")
                .refutes("mutant-sequence-mixing-ffn", "mutant-neighbour-norm", "mutant-self-masked-attention", "mutant-shared-key-value"));
    }

    private static final double TOLERANCE = 1e-10;

    private static final Recomputation EQUATIONS = new Recomputation(List.of(
            new Equation("t1", RightSide.NORM_1, "x"), new Equation("t2", RightSide.ATTENTION, "t1"), new Equation("t3", RightSide.SUM, "t2", "x"),
            new Equation("t4", RightSide.NORM_2, "t3"), new Equation("t5", RightSide.FFN, "t4"), new Equation("h", RightSide.SUM, "t5", "t3")));

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Finding equations = EQUATIONS.check(candidate, apparatus);
        if (equations.verdict() != Verdict.HOLDS) {
            return equations;
        }
        double off = finalNorm(candidate, apparatus);
        if (!(off <= TOLERANCE)) {
            return Finding.refuted(equations.theory() + "; logits = LN(x_L)W_U", Text.format("the logits are %s away from LN(x_L)W_U", Digits.text(off)),
                    Text.format("two blocks, d_model 4, 4 tokens, weights from seed %d", apparatus.seed()));
        }
        return equations.derived(Text.format("after the last of two blocks the logits are LN(x_L)W_U: largest deviation %s, on ejml f64", Digits.text(off)));
    }

    private static double finalNorm(Candidate candidate, Apparatus apparatus) {
        Backend backend = apparatus.reference();
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed());
        try (TensorScope _ = backend.openScope()) {
            Transformer model = ModelBuilder.transformer(Candidate.betweenPlainEnds(candidate.small(2)), candidate.models());
            model.fill(parameter -> backend.upload(drawn.values(parameter, DType.F64)));
            Pass pass = Pass.evaluation(backend);
            Tensor last = model.stream(pass, backend.upload(drawn.xs(DType.F64)));
            double[] logits = backend.download(model.unembed(pass, last)).toDoubles();
            HostArray x = backend.download(last);
            HostMatrix unembedding = new HostMatrix(value(drawn, model, "W_U").toDoubles(), candidate.small(2).get(D_VOCAB));
            double worst = 0;
            for (int i = 0; i < drawn.pos(); i++) {
                double[] expected = Bounded.exact(HostMatrix.row(x, 0, i), DType.F64)
                        .layerNorm(value(drawn, model, "ln_final.w").toDoubles(), value(drawn, model, "ln_final.b").toDoubles(), candidate.small(2).get(NORM_EPS).standard())
                        .affine(unembedding, null).value();
                for (int c = 0; c < expected.length; c++) {
                    double deviation = Math.abs(expected[c] - logits[i * expected.length + c]);
                    worst = deviation <= worst ? worst : deviation;
                }
            }
            return worst;
        }
    }

    /** Zeros where the model has no such parameter: then it cannot come out right by chance. */
    private static HostArray value(BlockCase drawn, Transformer model, String name) {
        return model.parameters().stream().filter(parameter -> parameter.name().equals(name)).findFirst().map(parameter -> drawn.values(parameter, DType.F64))
                .orElseGet(() -> HostArray.of(Shape.of(64), new double[64]));
    }
}
