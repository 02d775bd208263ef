package io.fluxo.experiments.verify.collapse;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/**
 * The bound of Dong et al. (2021) over random stacks. β is the largest ‖W_QW_Kᵀ‖₁‖W_VW_O‖_{1,∞} of a layer, and γ says how evenly attention's entries are spread:
 * with E = RARᵀ/√d and D_i = max_jj′|E_ij − E_ij′|, γ = √(Σ_i D_i · max_i D_i)/max_jj′ Σ_i|E_ij − E_ij′|. The proof asks that D_i ≤ 1.256, for which e^D − 1 ≤ 2D; the cases are
 * drawn so. The bound is on ‖X − 1xᵀ‖ with the best x; the mean, taken here, can only give more.
 */
final class ResidueBound {

    private static final int CASES = 2000;
    private static final double WIDEST = 1.256;
    /** What the rounding of float64 may leave of tokens that are alike, as a share of them. */
    private static final double ROUNDING = 1e-13;

    private ResidueBound() {}

    static void check(Apparatus apparatus, Figures figures) {
        int violated = 0;
        int shrinking = 0;
        int outside = 0;
        for (int trial = 0; trial < CASES; trial++) {
            RandomKey key = RandomKey.of(apparatus.seed()).split("residue-bound").split(trial);
            int layers = 1 + key.below(3, 0);
            int width = 3 + key.below(8, 1);
            int tokens = 2 + key.below(7, 2);
            ModelSpec spec = Stacks.attentionOnly(layers, width, tokens);
            try (Blocks blocks = Stacks.blocks(apparatus, spec, key)) {
                SplitAttention split = SplitAttention.of(Stacks.x0(spec, key).toDoubles(), width);
                double asked = WIDEST * Math.pow(10, -3 * key.uniform(3));
                split = scaled(split, Math.sqrt(asked / Spread.of(split, blocks, 0).widest()));
                double[] x = new double[split.rest().length];
                for (int i = 0; i < x.length; i++) {
                    x[i] = split.mean()[i % width] + split.rest()[i];
                }
                double start = split.residue();
                double beta = 0;
                double gamma = 0;
                boolean covered = true;
                for (int layer = 0; layer < layers; layer++) {
                    Spread spread = Spread.of(split, blocks, layer);
                    covered &= spread.widest() <= WIDEST * (1 + 1e-9);
                    beta = Math.max(beta, beta(blocks, layer, width));
                    gamma = Math.max(gamma, spread.gamma());
                    split = split.after(blocks, layer);
                }
                double bound = Math.pow(4 * gamma * beta / Math.sqrt(width), (Math.pow(3, layers) - 1) / 2) * Math.pow(start, Math.pow(3, layers));
                HostArray output = blocks.run(Draws.stream(tokens, width, DType.F64, x)).output();
                double size = Residue.norm(output.toDoubles(), width);
                double residue = Residue.of(output);
                if (!covered) {
                    outside++;
                } else if (!(residue <= bound + ROUNDING * size) || !(split.residue() <= bound)) {
                    violated++;
                } else if (bound < start && bound > ROUNDING * size) {
                    shrinking++;
                }
            }
        }
        figures.add(Figure.atMost(Text.format("cases of %d in which the bound is violated", CASES), 0, violated));
        figures.add(Figure.atMost("cases outside the bound's assumption", 0, outside));
        figures.add(Figure.atLeast("cases in which the bound demands that differences shrink, above rounding", CASES / 10.0, shrinking));
    }

    private static SplitAttention scaled(SplitAttention split, double factor) {
        double[] rest = split.rest().clone();
        for (int i = 0; i < rest.length; i++) {
            rest[i] *= factor;
        }
        return new SplitAttention(split.mean(), rest);
    }

    private static double beta(Blocks blocks, int layer, int width) {
        String path = Text.format("blocks.%d.attn.W_", layer);
        double[] match = SplitAttention.scores(blocks.value(path + "Q").toDoubles(), blocks.value(path + "K").toDoubles(), width, 1);
        double[] carried = SplitAttention.product(blocks.value(path + "V").toDoubles(), blocks.value(path + "O").toDoubles(), width);
        return largestColumn(match, width) * Residue.norm(carried, width);
    }

    private static double largestColumn(double[] matrix, int width) {
        double largest = 0;
        for (int c = 0; c < width; c++) {
            double sum = 0;
            for (int i = c; i < matrix.length; i += width) {
                sum += Math.abs(matrix[i]);
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    /**
     * How far a layer's scores are from being the same for all tokens.
     *
     * @param widest max_i D_i
     */
    private record Spread(double widest, double gamma) {

        static Spread of(SplitAttention split, Blocks blocks, int layer) {
            int width = split.mean().length;
            int tokens = split.rest().length / width;
            String path = Text.format("blocks.%d.attn.W_", layer);
            double[] e = SplitAttention.scores(SplitAttention.product(split.rest(), blocks.value(path + "Q").toDoubles(), width),
                    SplitAttention.product(split.rest(), blocks.value(path + "K").toDoubles(), width), width, 1 / Math.sqrt(width));
            double[] range = new double[tokens];
            double together = 0;
            for (int j = 0; j < tokens; j++) {
                for (int k = 0; k < j; k++) {
                    double sum = 0;
                    for (int i = 0; i < tokens; i++) {
                        double apart = Math.abs(e[i * tokens + j] - e[i * tokens + k]);
                        range[i] = Math.max(range[i], apart);
                        sum += apart;
                    }
                    together = Math.max(together, sum);
                }
            }
            double total = 0;
            double widest = 0;
            for (double one : range) {
                total += one;
                widest = Math.max(widest, one);
            }
            return new Spread(widest, Math.sqrt(total) * Math.sqrt(widest) / together);
        }
    }
}
