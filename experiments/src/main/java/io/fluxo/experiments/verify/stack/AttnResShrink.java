package io.fluxo.experiments.verify.stack;

import io.fluxo.block.AttnRes;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.initial.Recursion;
import io.fluxo.experiments.verify.initial.XiongModel;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** The mixture that Attention Residuals end in while pseudo-queries are 0: pre-norm's stream over the number of sources, which grows faster than the stream. */
final class AttnResShrink extends Claim {

    private static final double[] DEPTHS = {12, 24};

    AttnResShrink() {
        super(Statement.of("attnres-shrink", "At initialisation the mixture that Attention Residuals end in shrinks with depth, as pre-norm's size over the number of sources squared")
                .said(Citation.of("derived; Attention Residuals (2026), arXiv 2603.15031, equations 2–6"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU, ε = 0; depth 12 and 24", "mean of 6 seeds")
                .expected(Verdict.HOLDS)
                .by("float32 on simd", "pre-norm's recursion on the host")
                .refutes(StackFaults.withoutNorms("attn_res", AttnRes.STANDARD, path -> path.endsWith(".ln1") || path.endsWith(".ln2")))
                .takes(1.5));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        double[] theory = new double[DEPTHS.length];
        List<double[]> bySeed = new ArrayList<>();
        for (int seed = 0; seed < XiongModel.SEEDS; seed++) {
            bySeed.add(new double[DEPTHS.length]);
        }
        for (int i = 0; i < DEPTHS.length; i++) {
            int layers = (int) DEPTHS[i];
            int sources = 2 * layers + 1;
            theory[i] = Recursion.preNorm(layers)[layers - 1].s() / sources / sources;
            double mean = 0;
            for (int seed = 0; seed < XiongModel.SEEDS; seed++) {
                RandomKey key = RandomKey.of(apparatus.seed()).split(seed);
                try (Blocks blocks = XiongModel.blocks(apparatus, Apparatus.QUICK, XiongModel.spec("attn_res", layers), key)) {
                    bySeed.get(seed)[i] = Moments.of(blocks.run(XiongModel.x0(key, Apparatus.QUICK.dtype())).output()).s();
                    mean += bySeed.get(seed)[i] / XiongModel.SEEDS;
                }
            }
            figures.add(Figure.near(Text.format("s of the last mixture, %d blocks", layers), theory[i], mean, 0.10));
        }
        return figures.finding("s = s_pre/(2L + 1)²").drawn(Chart.of("size of the last mixture", "blocks", "s = E‖h‖²/d").theory("s_pre/(2L + 1)²", DEPTHS, theory)
                .measured("attn_res", DEPTHS, bySeed));
    }
}
