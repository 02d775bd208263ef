package io.fluxo.experiments.verify.claim;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Numbers;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.claim.Equations.Equation;
import io.fluxo.experiments.verify.claim.Equations.Rule;
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
record PreNorm() implements Check {

    private static final double TOLERANCE = 1e-10;

    private static final Equations EQUATIONS = new Equations(List.of(
            new Equation("t1", Rule.NORM_1, "x"), new Equation("t2", Rule.ATTENTION, "t1"), new Equation("t3", Rule.SUM, "t2", "x"),
            new Equation("t4", Rule.NORM_2, "t3"), new Equation("t5", Rule.FFN, "t4"), new Equation("h", Rule.SUM, "t5", "t3")));

    @Override
    public Finding of(Candidate candidate, Apparatus apparatus) {
        Finding equations = EQUATIONS.of(candidate, apparatus);
        if (equations.verdict() != Verdict.HOLDS) {
            return equations;
        }
        double off = finalNorm(candidate, apparatus);
        if (!(off <= TOLERANCE)) {
            return Finding.refuted(equations.theory() + "; logits = LN(x_L)W_U", Text.format("the logits are %s away from LN(x_L)W_U", Numbers.text(off)),
                    Text.format("two blocks, d_model 4, 4 tokens, weights from seed %d", apparatus.seed()));
        }
        return equations.derived(Text.format("after the last of two blocks the logits are LN(x_L)W_U: largest deviation %s, on ejml f64", Numbers.text(off)));
    }

    private static double finalNorm(Candidate candidate, Apparatus apparatus) {
        Backend backend = apparatus.reference();
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed());
        try (TensorScope _ = backend.openScope()) {
            Transformer model = ModelBuilder.transformer(candidate.small(2), candidate.models());
            model.fill(parameter -> backend.upload(drawn.values(parameter, DType.F64)));
            Pass pass = Pass.evaluation(backend);
            Tensor last = model.stream(pass, backend.upload(drawn.xs(DType.F64)));
            double[] logits = backend.download(model.unembed(pass, last)).toDoubles();
            HostArray x = backend.download(last);
            Matrix unembedding = new Matrix(value(drawn, model, "W_U").toDoubles(), candidate.small(2).dVocab());
            double worst = 0;
            for (int i = 0; i < drawn.pos(); i++) {
                double[] expected = Bounded.exact(Equations.row(x, 0, i), DType.F64)
                        .layerNorm(value(drawn, model, "ln_final.w").toDoubles(), value(drawn, model, "ln_final.b").toDoubles(), candidate.small(2).normEps().standard())
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
