package io.fluxo.experiments.verify.stack;

import io.fluxo.block.Siamese;
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
import io.fluxo.experiments.verify.initial.Profile;
import io.fluxo.experiments.verify.initial.XiongModel;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.text.Text;
import java.util.List;

/**
 * The two streams of SiameseNorm at initialisation. The bounded one is normalised before every sub-layer and takes up the network's result, of size ½, divided by √(2l): 1 + 1/(4l). The other one
 * grows nearly as in pre-norm; {@link SiameseRecursion} follows both.
 *
 * <p>All tokens of one seed share their weights, so that likenesses scatter from seed to seed: ρ of x after 24 blocks by 0.057. The mean of 6 seeds may therefore lie 0.05 off (an independent program
 * gives .568 for its first 6 seeds and .543 for 300, where the recursion, for layers of unlimited width, says .557). Forty-eight seeds keep the mean within 0.03.
 */
final class SiameseScale extends Claim {

    private static final int LAYERS = 24;
    private static final int SEEDS = 48;
    private static final int[] AT = {1, 4, 12, 24};

    SiameseScale() {
        super(Statement.of("siamese-scale", "At initialisation one stream of SiameseNorm stays bounded, and the other one grows as in pre-norm")
                .said(Citation.of("SiameseNorm (2026), arXiv 2602.08064; recursion derived"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0", "mean of 48 seeds")
                .expected(Verdict.HOLDS)
                .by("float32 on simd", "recursion on the host")
                .refutes(StackFaults.withoutNorms("siamese", new Siamese(), path -> path.endsWith(".ln1") || path.endsWith(".ln2")))
                .takes(2));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        List<Profile> streams = Profile.each(apparatus, Apparatus.QUICK, XiongModel.spec("siamese", LAYERS), SEEDS, (blocks, _) -> blocks, "hook_bounded_post", "hook_resid_post");
        Profile bounded = streams.getFirst();
        Profile growing = streams.getLast();
        SiameseRecursion.Streams theory = SiameseRecursion.of(LAYERS);
        Figures figures = new Figures();
        for (int layer : AT) {
            Moments x = theory.x()[layer - 1];
            Moments y = theory.y()[layer - 1];
            figures.add(Figure.near(Text.format("s of x after block %d", layer), 1 + 0.25 / layer, bounded.s(layer), 0.02));
            figures.add(Figure.within(Text.format("ρ of x after block %d", layer), x.rho(), bounded.rho(layer), 0.03));
            figures.add(Figure.near(Text.format("s of y after block %d", layer), y.s(), growing.s(layer), 0.10));
            figures.add(Figure.within(Text.format("ρ of y after block %d", layer), y.rho(), growing.rho(layer), 0.03));
        }
        return figures.finding("x: s = 1 + 1/(4l); y: s and ρ of the recursion of both streams").drawn(bounded.sizes("x, bounded", theory.x()), bounded.likeness("x, bounded", theory.x()),
                growing.sizes("y, growing", theory.y()), growing.likeness("y, growing", theory.y()));
    }
}
