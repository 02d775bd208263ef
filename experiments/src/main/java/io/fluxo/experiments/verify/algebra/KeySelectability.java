package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.util.Arrays;

/** Tokens after layer norm lie on a sphere, and of all points on a sphere each is its own nearest: q = LN(k_j) has its largest product with LN(k_j). */
final class KeySelectability extends Claim {

    private static final String THEORY = "q = LN(k_j) picks j: all keys are selectable";

    KeySelectability() {
        super(Statement.of("key-selectability", "Behind layer norm every key can be attended to most: the query LN(k_j) picks k_j")
                .said(Citation.of("Brody, Alon and Yahav (2023)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("keys that differ after layer norm; d = 3 … 12, 2 … 32 keys, ε = 0; not d = 2, where layer norm leaves two points", "for all keys, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "a pre-norm block with W_Q = W_K = I")
                .refutes(Faults.NO_NORM));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        int keys = 0;
        int picked = 0;
        for (Trial trial : Trial.of(apparatus, id(), 100)) {
            int d = trial.between("d", 3, 12);
            Sizes sizes = new Sizes(trial.between("n", 2, 32), d, 1, d, 2, 1);
            ModelSpec spec = sizes.spec("pre").with(FFN, false).with(BIAS, false).with(MASK, MaskKind.BIDIRECTIONAL);
            try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.0.attn.W_Q", _ -> Draws.identity(d)).set("blocks.0.attn.W_K", _ -> Draws.identity(d));
                double[][] weights = Heads.weights(blocks.run(sizes.x0(trial), "blocks.0.attn.hook_pattern").at("blocks.0.attn.hook_pattern"), 0);
                for (int j = 0; j < weights.length; j++) {
                    double[] row = weights[j];
                    keys++;
                    picked += Arrays.stream(row).max().orElseThrow() == row[j] ? 1 : 0;
                }
            }
        }
        return new Figures().add(Figure.within("share of keys that their own query picks", 1, picked / (double) keys, 0)).finding(THEORY);
    }
}
