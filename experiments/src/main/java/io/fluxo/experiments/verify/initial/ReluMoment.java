package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;

/** The second moment of a ReLU of normal numbers: half of theirs, since half of them are cut to 0. */
final class ReluMoment extends Claim {

    private static final int TOKENS = 256;

    ReluMoment() {
        super(Statement.of("relu-moment", "A ReLU halves the mean squared norm of normal vectors")
                .said(Citation.of("Xiong et al. (2020), Lemma 1"))
                .group("init")
                .about(Scope.NONE)
                .over("d = 128, σ = 1/2, 1, 2, 256 vectors of each seed", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "hidden layer of a network whose first matrix is the identity")
                .refutes(InitialFaults.RELU_IS_GELU));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        ModelSpec spec = XiongModel.spec("none", 1).with(ModelSpec.ATTENTION, PerLayer.of(Choice.of("none"))).with(ModelSpec.N_CTX, TOKENS);
        Figures figures = new Figures();
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, RandomKey.of(apparatus.seed()))
                .set("blocks.0.mlp.W_in", _ -> Draws.identity(XiongModel.WIDTH))) {
            for (double deviation : new double[] {0.5, 1, 2}) {
                double mean = 0;
                for (int seed = 0; seed < XiongModel.SEEDS; seed++) {
                    RandomKey key = RandomKey.of(apparatus.seed()).split(seed).split("x0");
                    double[] x = Draws.normal(key, TOKENS * XiongModel.WIDTH, deviation);
                    mean += Moments.of(blocks.run(Draws.stream(TOKENS, XiongModel.WIDTH, DType.F64, x), "blocks.0.mlp.hook_post").at("blocks.0.mlp.hook_post")).s() / XiongModel.SEEDS;
                }
                figures.add(Figure.near(Text.format("E‖ReLU(X)‖²/d at σ = %s", Digits.text(deviation)), deviation * deviation / 2, mean, 0.02));
            }
        }
        return figures.finding("E‖ReLU(X)‖² = σ²d/2");
    }
}
