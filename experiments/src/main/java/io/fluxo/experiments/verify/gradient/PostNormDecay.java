package io.fluxo.experiments.verify.gradient;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.text.Text;

/**
 * The decay that is read out of a bound. Each norm of post-norm divides by √(3/2), but the network's derivative multiplies what it adds: I + J has mean
 * squared gain 3/2, so that the stream's gradient stays as large as it is. All
 * tokens pass through the same networks, so one seed's ratio scatters: at depth 48 by 0.30 (standard deviation), with mean 1.13 over 24 seeds (seed 1). Six
 * seeds are too few for the evidence: the mean of the first six, 1.22, lies outside 0.97 ± 0.20. The refutation is far from all of these: 7e-5.
 */
final class PostNormDecay extends Claim {

    private static final int SEEDS = 24;
    private static final int[] DEPTHS = {12, 48};

    PostNormDecay() {
        super(Statement.of("post-norm-decay-refuted", "In a post-norm stack at initialisation, the stream's gradient decays toward the input by the factor √(2/3) per block")
                .said(Citation.of("Xiong et al. (2020), appendix F, where it is a factor of an upper bound; here it is read as an equality"))
                .group("gradient")
                .about(Scope.NONE)
                .over("ReLU networks without attention, d = 128, 64 tokens, ε = 0; depth 12 and 48", "mean of 24 seeds")
                .expected(Verdict.REFUTED)
                .by("reverse-mode gradients in float64 on ejml")
                .takes(12)
                .refutes(Fault.of("mutant-norm-does-nothing", "layer_norm returns its input", NormFactory.KIND, "layer_norm",
                        NormFactory.withoutEps((path, _, _, _) -> new NoNorm(path))).seenAs(Verdict.SKIPPED)));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        Figures evidence = new Figures();
        for (int layers : DEPTHS) {
            double ratio = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                double[] norms = NetworkStack.gradients(apparatus, "post", layers, "hook_normalized_resid_post", seed);
                ratio += norms[0] / norms[layers - 1] / SEEDS;
            }
            figures.add(Figure.factor(Text.format("‖g_1‖/‖g_L‖ by the decay, L = %d", layers), Math.pow(2.0 / 3, (layers - 1) / 2.0), ratio, 2));
            evidence.add(Figure.within(Text.format("‖g_1‖/‖g_L‖ without decay, L = %d", layers), layers == 12 ? 1.05 : 0.97, ratio, 0.20));
        }
        return figures.finding("‖g_l‖/‖g_L‖ = (2/3)^((L − l)/2)", evidence);
    }
}
