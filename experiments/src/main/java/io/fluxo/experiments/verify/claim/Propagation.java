package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.block.Block;
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
import io.fluxo.experiments.verify.measure.Cases;
import io.fluxo.experiments.verify.measure.Jacobian;
import io.fluxo.experiments.verify.measure.Silenced;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.Transformer;
import io.fluxo.proof.TokenTheorem;
import io.fluxo.property.BlockCase;
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;

/**
 * What block 0's attention brings in is still in the last layer when every later attention, and every feed-forward network, is taken away: the
 * residual connections alone carry it. Without block 0's attention nothing arrives.
 */
final class Propagation extends Claim {

    Propagation() {
        super(Statement.of("propagation", "Context that enters early reaches later layers through the residual connections")
                .said(Citation.chapter("As conexões residuais garantem que a informação contextual, introduzida pela autoatenção, seja propagada ao longo do "
                        + "modelo, possibilitando que as representações aprendidas nas camadas iniciais sejam utilizadas pelas camadas posteriores."))
                .group("chapter")
                .about(Scope.EVERY, Topic.ONLY_WAY, Topic.RESIDUAL)
                .over("4 blocks, later attention and all feed-forward networks taken away", "there is a witness for each j < i")
                .expected(Verdict.HOLDS)
                .by("exact Jacobian blocks", "dependence")
                .refutes("mutant-batch-norm-over-tokens", "mutant-dropped-residual"));
    }

    private static final int LAYERS = 4;
    private static final String THEORY = "∂h_i/∂x_j ≠ 0 for j < i in the last layer, through block 0's attention and the residual connections alone";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Jacobian carried = jacobian(Silenced.parts(candidate, path -> !path.equals("blocks.0"), path -> true), apparatus);
        Jacobian nothing = jacobian(Silenced.parts(candidate, path -> true, path -> true), apparatus);
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1; i < carried.rows(); i++) {
            for (int j = 0; j < i; j++) {
                least = Math.min(least, carried.block(i, j));
                if (nothing.block(i, j) != 0) {
                    return Finding.refuted(THEORY, "context arrives although block 0's attention is silenced too",
                            Text.format("∂h_%d/∂x_%d = %s", i + 1, j + 1, Digits.text(nothing.block(i, j))));
                }
            }
        }
        if (!(least > 1e-9)) {
            return Finding.refuted(THEORY, Text.format("least ‖∂h_i/∂x_j‖ over j < i is %s in layer %d", Digits.text(least), LAYERS),
                    Text.format("%d layers, d_model 4, 2 heads, 4 tokens, weights from seed %d: what block 0's attention brought in is gone", LAYERS,
                            apparatus.seed()));
        }
        var flow = TokenTheorem.path(candidate.small(LAYERS), candidate.models(), 4);
        return Finding.holds(THEORY, Text.format("%d layers: least ‖∂h_i/∂x_j‖ over j < i is %s; 0 without block 0's attention", LAYERS, Digits.text(least)))
                .witnessed(Text.format("%d layers, d_model 4, 2 heads, 4 tokens, weights from seed %d", LAYERS, apparatus.seed()))
                .derived("by dependence, later attention silenced: logits: " + flow.output().describe());
    }

    private static Jacobian jacobian(Candidate candidate, Apparatus apparatus) {
        Backend backend = apparatus.reference();
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed());
        try (TensorScope _ = backend.openScope()) {
            var spec = candidate.small(LAYERS);
            var dims = new ModelDims(Dim.of(drawn.dModel()), Dim.of(drawn.nHeads()), Dim.of(drawn.dHead()), Dim.of(drawn.dV()), Dim.of(drawn.dMlp()),
                    Dim.of(spec.get(N_CTX)), Dim.of(spec.get(D_VOCAB)));
            Transformer model = ModelBuilder.transformer(spec, dims, candidate.models());
            model.fill(parameter -> backend.upload(drawn.values(parameter, DType.F64)));
            HostArray xs = drawn.xs(DType.F64);
            return Jacobian.of(backend, DType.F64, xs, (Pass pass, Tensor x) -> {
                var current = x;
                for (Block block : model.blocks()) {
                    current = block.forward(pass, current);
                }
                return current;
            });
        }
    }
}
