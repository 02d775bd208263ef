package io.fluxo.experiments.verify.initial;

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
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.text.Text;
import java.util.stream.Stream;

/** Size of the sum before post-norm's second norm: 1 from the norm before it, and 1/2 from the ReLU network. */
final class PostNormScale extends Claim {

    private static final int LAYERS = 4;

    PostNormScale() {
        super(Statement.of("post-norm-scale", "In a post-norm stack at initialisation, the sum before each block's second norm has mean squared norm 3d/2")
                .said(Citation.of("Xiong et al. (2020), Lemma 2"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(InitialFaults.NORM_DOES_NOTHING));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Profile sums = Profile.of(apparatus, "post", LAYERS, "hook_resid_post");
        Figures figures = new Figures();
        double mean = 0;
        for (int layer = 1; layer <= LAYERS; layer++) {
            mean += sums.s(layer) / LAYERS;
        }
        figures.add(Figure.near(Text.format("E‖x‖²/d, mean of %d blocks", LAYERS), 1.5, mean, 0.03));
        return figures.finding("E‖x‖² = 3d/2").drawn(sums.sizes("post", Stream.generate(() -> new Moments(1.5, Double.NaN)).limit(LAYERS).toArray(Moments[]::new)));
    }
}
