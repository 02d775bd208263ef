package io.fluxo.experiments.verify.initial;

import static io.fluxo.model.ModelSpec.NORM;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Chart;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Moments;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.Squashing;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** A bounded norm does not bound the stream: what it returns grows with what it is given until it is as large as its bound, and from then on the stream grows by as much in each block. */
final class SquashedGrowth extends Claim {

    private static final int LAYERS = 24;
    /** Likenesses scatter by 0.04 from seed to seed: six are too few for a mean within 0.03. */
    private static final int SEEDS = 12;
    private static final int[] AT = {1, 4, 12, 24};

    /**
     * One squashing norm.
     *
     * @param alpha at first
     * @param q     what it makes of products
     */
    private record Norm(String kind, double alpha, SquashedRecursion.Product q) {
        ModelSpec spec() {
            return XiongModel.spec("pre", LAYERS).with(NORM, PerLayer.of(Choice.of(kind).with(Squashing.ALPHA, alpha)));
        }

        @Override
        public String toString() {
            return Text.format("%s, α = %s", kind, alpha);
        }
    }

    private static final List<Norm> NORMS = List.of(new Norm("derf", 0.5, SquashedRecursion.erf(0.5)), new Norm("derf", 1, SquashedRecursion.erf(1)),
            new Norm("dynamic_tanh", 0.5, SquashedRecursion.tanh(0.5)));

    SquashedGrowth() {
        super(Statement.of("derf-growth", "With derf or dynamic_tanh for a norm a pre-norm stream grows as a recursion says, slowly at first and then as with a norm: bounded norms do not bound the stream")
                .said(Citation.of("derived; Chen et al. (2025), Stronger Normalization-Free Transformers, arXiv 2512.10938"))
                .group("init")
                .about(Scope.NONE)
                .over("Xiong's configuration: d = 128, 64 tokens, uniform attention, ReLU; derf with α = ½ and 1, dynamic_tanh with α = ½", "mean of 12 seeds")
                .expected(Verdict.HOLDS)
                .by("float32 on simd", "recursion on the host")
                .refutes(Fault.of("mutant-derf-is-tanh", "derf computes tanh(αx)", NormFactory.KIND, "derf", new Squashing(DynamicTanh::new)))
                .takes(3));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures figures = new Figures();
        List<Chart> charts = new ArrayList<>();
        for (Norm norm : NORMS) {
            Moments[] theory = SquashedRecursion.of(norm.q, LAYERS);
            Profile stream = Profile.each(apparatus, Apparatus.QUICK, norm.spec(), SEEDS, (blocks, _) -> blocks, "hook_resid_post").getFirst();
            for (int layer : AT) {
                figures.add(Figure.near(Text.format("s after block %d, %s", layer, norm), theory[layer - 1].s(), stream.s(layer), 0.06));
                figures.add(Figure.within(Text.format("ρ after block %d, %s", layer, norm), theory[layer - 1].rho(), stream.rho(layer), 0.03));
            }
            charts.add(stream.sizes(norm.toString(), theory));
            charts.add(stream.likeness(norm.toString(), theory));
        }
        return figures.finding("attention: s, c += (q(s) + (n − 1)q(c))/n; network: s += q(s)/2, c += q(s)κ(q(c)/q(s))/2; erf: q(c) = (2/π) asin(2α²c/(1 + 2α²s))")
                .drawn(charts.toArray(Chart[]::new));
    }
}
