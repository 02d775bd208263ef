package io.fluxo.experiments.verify.sphere;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Worst;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;

/** nGPT's step: where it ends, how far it goes, and what it does not depend on. */
final class SphereSteps extends Claim {

    private static final int CASES = 100;
    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "‖h‖ = 1; cos(h, h′) = (1 − α + αc)/√((1 − α)² + α² + 2α(1 − α)c), c = h·n(f(h)); h′ is the same for 7.3 f; |logit| ≤ √d_k";

    SphereSteps() {
        super(Statement.of("ngpt-sphere", "In nGPT every step ends on the unit sphere, at an angle that α and the sub-layer's direction fix; the sub-layer's scale is irrelevant, and with normalised "
                + "queries and keys no logit exceeds √d_k")
                .said(Citation.of("Loshchilov et al. (2024), nGPT: Normalized Transformer with Representation Learning on the Hypersphere, section 2"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 4 blocks, 2 … 8 tokens, d = 3 … 12, one α in 0 … .9 for all features, s_qk = 1", "for all weights and inputs, by cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(SphereFaults.LEAVES_THE_SPHERE, SphereFaults.BRANCH_KEEPS_ITS_LENGTH, Faults.QK_NORM_LEFT_OUT));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Worst worst = new Worst();
        for (int trial = 0; trial < Math.min(CASES, apparatus.trials()); trial++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split(id()).split(trial);
            SphereModel model = new SphereModel(2 + key.below(7, 0), 3 + key.below(10, 1), 1 + key.below(3, 2), 1 + key.below(4, 3), 2 + key.below(11, 4), 1 + key.below(4, 5));
            ModelSpec spec = model.spec().with(QK_NORM, true);
            double alpha = 0.9 * key.uniform(6);
            HostArray x0 = model.x0(key);
            try (Blocks blocks = model.blocks(apparatus, spec, key)) {
                blocks.set("blocks.*.alpha_*", model.stored(alpha));
                for (String matching : List.of("blocks.*.attn.W_Q", "blocks.*.attn.W_K")) {
                    multiply(blocks, matching, 10);                                     // without their norms queries and keys would meet in far more than √d_k
                }
                Blocks.Run run = blocks.run(x0, "blocks.*.hook_*_out", "blocks.*.hook_resid_*", "blocks.*.attn.hook_attn_scores");
                for (int l = 0; l < model.layers(); l++) {
                    String block = "blocks." + l + ".";
                    step(worst, alpha, Token.of(run.at(block + "hook_resid_pre")), Token.of(run.at(block + "hook_attn_out")), Token.of(run.at(block + "hook_resid_mid")));
                    step(worst, alpha, Token.of(run.at(block + "hook_resid_mid")), Token.of(run.at(block + "hook_mlp_out")), Token.of(run.at(block + "hook_resid_post")));
                    double largest = Arrays.stream(run.at(block + "attn.hook_attn_scores").toDoubles()).filter(Double::isFinite).map(Math::abs).max().orElseThrow();
                    worst.note("|logit| beyond √d_k", Math.max(0, largest - Math.sqrt(model.head())));
                }
                for (String outer : List.of("blocks.*.attn.W_O", "blocks.*.mlp.W_out")) {
                    multiply(blocks, outer, 7.3);
                }
                worst.note("the stream with 7.3 f", run.output().toDoubles(), blocks.run(x0).output().toDoubles());
            }
        }
        return worst.figures(TOLERANCE).finding(THEORY).within(TOLERANCE);
    }

    private static void multiply(Blocks blocks, String pattern, double factor) {
        blocks.set(pattern, cell -> Arrays.stream(blocks.value(cell.name()).toDoubles()).map(weight -> factor * weight).toArray());
    }

    /** A sub-layer that returns nothing (a dead network) points nowhere, and says nothing about the angle. */
    private static void step(Worst worst, double alpha, List<Token> before, List<Token> branch, List<Token> after) {
        for (int i = 0; i < before.size(); i++) {
            Token end = after.get(i);
            worst.note("‖h‖ = 1 after every step", Math.abs(end.product(end) - 1));
            if (!branch.get(i).isZero()) {
                double c = before.get(i).cosine(branch.get(i));
                double theory = (1 - alpha + alpha * c) / Math.sqrt((1 - alpha) * (1 - alpha) + alpha * alpha + 2 * alpha * (1 - alpha) * c);
                worst.note("cos(h, h′)", Math.abs(before.get(i).cosine(end) - theory));
            }
        }
    }
}
