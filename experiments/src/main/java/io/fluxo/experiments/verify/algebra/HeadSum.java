package io.fluxo.experiments.verify.algebra;

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
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;

/** Heads act beside one another, and each through two products of matrices alone: W_QW_Kᵀ and W_VW_O. */
final class HeadSum extends Claim {

    private static final double TOLERANCE = 1e-9;
    private static final String THEORY = "MHA(x) = Σ_h A_h x W_V^h W_O^h + b_V W_O + b_O; W_Q → W_Q M, W_K → W_K M⁻ᵀ and W_V → W_V M, W_O → M⁻¹ W_O change nothing";

    HeadSum() {
        super(Statement.of("head-sum", "Multi-head attention is the sum of what its heads write, and each head is its products W_Q W_Kᵀ and W_V W_O")
                .said(Citation.of("Elhage et al. (2021), \"Attention Heads are Independent and Additive\""))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 6 tokens, d = 3 … 10, 1 … 3 heads of width 1 … 4, with biases, without rope and QK-norm", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "matrices on the host")
                .refutes(Faults.INPUT_ADDED, Faults.NORMALISED_QUERIES));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation sum = new Deviation();
        Deviation circuits = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 200)) {
            Sizes sizes = Sizes.of(trial).withLayers(1);
            try (Blocks blocks = Blocks.of(sizes.attentionOnly(), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                Heads heads = Heads.of(blocks, 0, sizes);
                HostArray x0 = sizes.x0(trial);
                Blocks.Run run = blocks.run(x0, "blocks.0.attn.hook_pattern", "blocks.0.hook_attn_out");
                double[][] output = Dense.of(run.at("blocks.0.hook_attn_out"));
                double[][] theory = Dense.plus(heads.added(run.at("blocks.0.attn.hook_pattern"), Dense.of(x0)), heads.constant());
                sum.see(Dense.difference(output, theory));
                turn(blocks, trial, sizes);
                circuits.see(Dense.difference(Dense.of(blocks.run(x0, "blocks.0.hook_attn_out").at("blocks.0.hook_attn_out")), output));
            }
        }
        return new Figures().add(Figure.within("largest |MHA − Σ heads|", 0, sum.value(), TOLERANCE))
                .add(Figure.within("largest change under W_Q M, W_K M⁻ᵀ, W_V M′, M′⁻¹ W_O", 0, circuits.value(), TOLERANCE)).finding(THEORY).within(TOLERANCE);
    }

    /** Gives each head another basis for its queries and keys, and another for its values. */
    private static void turn(Blocks blocks, Trial trial, Sizes sizes) {
        int n = sizes.heads();
        double[][] forQueries = new double[n * sizes.headWidth()][n * sizes.headWidth()];
        double[][] forValues = new double[n * sizes.headWidth()][n * sizes.headWidth()];
        for (int head = 0; head < n; head++) {
            put(forQueries, basis(trial.key().split("queries").split(head), sizes.headWidth()), head * sizes.headWidth());
            put(forValues, basis(trial.key().split("values").split(head), sizes.headWidth()), head * sizes.headWidth());
        }
        after(blocks, "Q", forQueries);
        after(blocks, "K", Dense.transposed(Dense.inverse(forQueries)));
        after(blocks, "V", forValues);
        double[][] back = Dense.times(Dense.inverse(forValues), Dense.of(blocks.value("blocks.0.attn.W_O")));
        blocks.set("blocks.0.attn.W_O", _ -> Dense.flat(back));
    }

    /** W → WM, b → bM. */
    private static void after(Blocks blocks, String name, double[][] m) {
        for (String cell : List.of("blocks.0.attn.W_" + name, "blocks.0.attn.b_" + name)) {
            double[][] turned = Dense.times(Dense.of(blocks.value(cell)), m);
            blocks.set(cell, _ -> Dense.flat(turned));
        }
    }

    /** Not orthogonal, and far from singular: 2I and something smaller. */
    private static double[][] basis(RandomKey key, int n) {
        return Dense.sum(Dense.scaled(Dense.identity(n), 2), Dense.of(Draws.uniform(key, n * n, -1.0 / n, 1.0 / n), n));
    }

    private static void put(double[][] into, double[][] block, int at) {
        for (int i = 0; i < block.length; i++) {
            System.arraycopy(block[i], 0, into[at + i], at, block.length);
        }
    }
}
