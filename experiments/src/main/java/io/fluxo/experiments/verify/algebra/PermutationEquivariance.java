package io.fluxo.experiments.verify.algebra;

import static io.fluxo.model.ModelSpec.*;

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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Without a mask and positions a transformer knows no order. */
final class PermutationEquivariance extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "y(Πx) = Πy(x)";

    PermutationEquivariance() {
        super(Statement.of("causality-permutation", "Without mask and positions a transformer that is given tokens in another order returns the same in that order")
                .said(Citation.of("Vaswani et al. (2017), section 3.5"))
                .group("algebra")
                .about(Scope.NONE)
                .over("pre-norm and post-norm, 1 … 3 blocks, 2 … 6 tokens, d = 3 … 10", "for all weights, inputs and orders, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.ALWAYS_CAUSAL));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation worst = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 100)) {
            for (String placement : List.of("pre", "post")) {
                Sizes sizes = Sizes.of(trial);
                try (Blocks blocks = Blocks.of(sizes.spec(placement).with(MASK, MaskKind.BIDIRECTIONAL), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                    blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                    double[][] x = Dense.of(sizes.x0(trial));
                    int[] order = order(trial.key().split("order"), sizes.tokens());
                    HostArray other = Draws.stream(sizes.tokens(), sizes.width(), DType.F64, Dense.flat(in(order, x)));
                    double[][] y = Dense.of(blocks.run(sizes.x0(trial)).output());
                    worst.see(Dense.difference(Dense.of(blocks.run(other).output()), in(order, y)));
                }
            }
        }
        return new Figures().add(Figure.within("largest |y(Πx) − Πy(x)|", 0, worst.value(), TOLERANCE)).finding(THEORY).within(TOLERANCE);
    }

    private static double[][] in(int[] order, double[][] rows) {
        return Arrays.stream(order).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }

    /** Another order than the first. */
    private static int[] order(RandomKey key, int count) {
        int by = 1 + key.below(count - 1, 0);
        return IntStream.range(0, count).map(i -> (i + by) % count).toArray();
    }
}
