package io.fluxo.experiments.verify.collapse;

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
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.experiments.verify.measure.Slope;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What tokens differ by, r = ‖res(X)‖, becomes its own cube in each layer of pure attention, which needs rows of weights that sum to 1. The exponent between layers,
 * log(r_{l+2}/r_{l+1})/log(r_{l+1}/r_l), is taken from the second layer on: in the first the scores are of size 1, where e^E − 1 is not yet E. Over layers and seeds it
 * scatters by 0.11, since C_l in r_{l+1} = C_l r_l³ differs from layer to layer; the figure of each layer is the mean over the seeds. The differences are
 * carried apart from the mean ({@link SplitAttention}) and are held against the stack itself where its float64 still shows them.
 */
final class RankCollapse extends Claim {

    private static final int SEEDS = 50;
    private static final int DEPTH = 6;
    private static final double[] SIZES = {0.1, 0.05, 0.02, 0.01, 0.005, 0.002};

    RankCollapse() {
        super(Statement.of("rank-collapse", "Attention alone makes tokens alike doubly exponentially with depth: what they differ by is cubed in each layer")
                .said(Citation.of("Dong et al. (2021), Attention is not all you need, Theorem 2.2"))
                .group("rank-collapse")
                .about(Scope.NONE)
                .over("one head, softmax, no mask, no residual, no norm, no network; d = 64, 32 tokens, and 2,000 cases of 1 … 3 layers, d = 3 … 10, 2 … 8 tokens", "mean of 50 seeds; bound in all cases")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "mean and differences carried apart, with the stack's weights, on the host")
                .takes(4)
                .refutes(CollapseFaults.RESIDUAL_KEPT, Faults.INPUT_ADDED));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Figures agreement = new Figures();
        List<double[]> residues = IntStream.range(0, SEEDS).mapToObj(seed -> residues(apparatus, seed, agreement)).toList();
        Figures figures = new Figures();
        List<double[]> exponents = residues.stream().map(RankCollapse::exponents).toList();
        for (int i = 1; i < DEPTH - 1; i++) {
            int from = i;
            figures.add(Figure.within(Text.format("exponent over layers %d to %d", from + 1, from + 2), 3, exponents.stream().mapToDouble(seed -> seed[from]).average().orElseThrow(), 0.11));
        }
        double slope = IntStream.range(0, SEEDS).mapToDouble(seed -> oneStep(apparatus, seed)).average().orElseThrow();
        figures.add(Figure.within("exponent of one layer in the size of the differences", 3, slope, 0.05));
        ResidueBound.check(apparatus, figures);
        agreement.all().forEach(figures::add);
        double[] at = IntStream.rangeClosed(0, DEPTH).asDoubleStream().toArray();
        double[] cubed = Arrays.stream(at).map(layer -> residues.getFirst()[1] * Math.pow(residues.getFirst()[2] / residues.getFirst()[1], (Math.pow(3, layer - 1) - 1) / 2)).toArray();
        double[] between = IntStream.range(1, DEPTH - 1).asDoubleStream().map(layer -> layer + 1).toArray();
        List<double[]> measured = new ArrayList<>();
        exponents.forEach(seed -> measured.add(Arrays.copyOfRange(seed, 1, DEPTH - 1)));
        return figures.finding("‖res(SAN(X))‖ ≤ (4γβ/√d_qk)^((3^L − 1)/2) ‖res(X)‖^(3^L); exponent 3").drawn(
                Chart.of("what the tokens of the first seed differ by", "layer", "‖res(X)‖").withLogY().theory("cubed in each layer", at, cubed)
                        .measured("attention alone", at, residues.getFirst()),
                Chart.of("local exponent", "layer", "log(r_l+1/r_l)/log(r_l/r_l−1)").theory("3", between, Draws.constant(between.length, 3)).measured("50 seeds", between, measured));
    }

    /** ‖res‖ before the first layer and after each. Notes, for the first seed, how far the stack itself is from this where it still shows it. */
    private static double[] residues(Apparatus apparatus, int seed, Figures agreement) {
        ModelSpec spec = Stacks.attentionOnly(DEPTH);
        RandomKey key = Stacks.key(apparatus, seed);
        HostArray x0 = Stacks.x0(spec, key);
        double[] residues = new double[DEPTH + 1];
        try (Blocks blocks = Stacks.blocks(apparatus, spec, key)) {
            SplitAttention split = SplitAttention.of(x0.toDoubles(), x0.shape().size(2));
            residues[0] = split.residue();
            Blocks.Run run = seed == 0 ? blocks.run(x0, "blocks.*.hook_resid_post") : null;
            for (int layer = 0; layer < DEPTH; layer++) {
                split = split.after(blocks, layer);
                residues[layer + 1] = split.residue();
                if (run != null && split.share() > 1e-8) {
                    agreement.add(Figure.near(Text.format("‖res‖ in the stack after layer %d, by the split", layer + 1), split.residue(),
                            Residue.of(run.at(Text.format("blocks.%d.hook_resid_post", layer))), 1e-6));
                }
            }
        }
        return residues;
    }

    private static double[] exponents(double[] residues) {
        double[] exponents = new double[residues.length - 2];
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = Math.log(residues[i + 2] / residues[i + 1]) / Math.log(residues[i + 1] / residues[i]);
        }
        return exponents;
    }

    /** Exponent with which one layer's result follows the size of the differences in what it is given, the mean being the same. */
    private static double oneStep(Apparatus apparatus, int seed) {
        ModelSpec spec = Stacks.attentionOnly(1);
        RandomKey key = Stacks.key(apparatus, seed);
        HostArray x0 = Stacks.x0(spec, key);
        int width = x0.shape().size(2);
        SplitAttention whole = SplitAttention.of(x0.toDoubles(), width);
        try (Blocks blocks = Stacks.blocks(apparatus, spec, key)) {
            return Slope.ofLogs(SIZES, Arrays.stream(SIZES).map(size -> {
                double[] x = new double[whole.rest().length];
                Arrays.setAll(x, i -> whole.mean()[i % width] + size * whole.rest()[i]);
                return Residue.of(blocks.run(Draws.stream(x.length / width, width, DType.F64, x)).output());
            }).toArray());
        }
    }
}
