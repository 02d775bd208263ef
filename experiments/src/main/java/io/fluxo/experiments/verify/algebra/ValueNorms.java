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
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.stream.IntStream;

/** What a token receives from another is weight times transformed value; the weight alone may mislead. */
final class ValueNorms extends Claim {

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "y_i = Σ_j α_ij f(x_j), f(x) = xW_VW_O + b_VW_O, ‖y_i‖ ≤ Σ_j ‖α_ij f(x_j)‖";

    ValueNorms() {
        super(Statement.of("value-norms", "A head writes the weighted sum of transformed values f(x_j), and the token of the largest weight need not be the one that gives most")
                .said(Citation.of("Kobayashi et al. (2020)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("2 … 6 tokens, d = 3 … 10, one head of width 1 … 4, with biases", "for all weights and inputs, on random ones; one counterexample, constructed")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "matrices on the host")
                .refutes(Faults.INPUT_ADDED));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation sum = new Deviation();
        double excess = Double.NEGATIVE_INFINITY;
        for (Trial trial : Trial.of(apparatus, id(), 200)) {
            Sizes drawn = Sizes.of(trial);
            Sizes sizes = new Sizes(drawn.tokens(), drawn.width(), 1, drawn.headWidth(), drawn.hidden(), 1);
            try (Blocks blocks = Blocks.of(sizes.attentionOnly().with(OUT_BIAS, BiasKind.NEVER), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                Parts parts = Parts.of(blocks, sizes.x0(trial));
                for (int i = 0; i < sizes.tokens(); i++) {
                    double[] total = new double[sizes.width()];
                    double lengths = 0;
                    for (double[] part : parts.of(i)) {
                        total = Dense.plus(new double[][] {total}, part)[0];
                        lengths += Dense.norm(part);
                    }
                    sum.see(Largest.difference(parts.output[i], total));
                    excess = Math.max(excess, Dense.norm(parts.output[i]) - lengths);
                }
            }
        }
        Figures figures = new Figures().add(Figure.within("largest |y_i − Σ_j α_ij f(x_j)|", 0, sum.value(), TOLERANCE))
                .add(Figure.atMost("largest ‖y_i‖ − Σ_j ‖α_ij f(x_j)‖", TOLERANCE, excess));
        counterexample(apparatus, figures);
        return figures.finding(THEORY).within(TOLERANCE);
    }

    /** Two tokens: the first matches every query and carries next to nothing, the second carries much. */
    private static void counterexample(Apparatus apparatus, Figures figures) {
        Sizes sizes = new Sizes(2, 2, 1, 2, 2, 1);
        try (Blocks blocks = Blocks.of(sizes.attentionOnly().with(BIAS, false), apparatus.catalog(), apparatus.reference(), DType.F64, RandomKey.of(0))) {
            double[] first = {1, 0, 0, 0};
            blocks.set("blocks.0.attn.W_Q", _ -> first).set("blocks.0.attn.W_K", _ -> first).set("blocks.0.attn.W_V", _ -> new double[] {0, 0, 0, 1})
                    .set("blocks.0.attn.W_O", _ -> Draws.identity(2));
            Parts parts = Parts.of(blocks, Draws.stream(2, 2, DType.F64, new double[] {3, 0.01, 1, 5}));
            List<double[]> given = parts.of(1);
            figures.add(Figure.atLeast("constructed: α of the first token over α of the second", 1, parts.weights[1][0] / parts.weights[1][1]))
                    .add(Figure.atMost("constructed: ‖αf‖ of the first token over ‖αf‖ of the second", 1, Dense.norm(given.get(0)) / Dense.norm(given.get(1))));
        }
    }

    /** One head's run: α, f(x_j), y. */
    private record Parts(double[][] weights, double[][] transformed, double[][] output) {

        private static Parts of(Blocks blocks, HostArray x0) {
            Blocks.Run run = blocks.run(x0, "blocks.0.attn.hook_pattern", "blocks.0.hook_attn_out");
            double[][] out = Dense.of(blocks.value("blocks.0.attn.W_O"));
            double[][] values = Dense.times(Dense.of(x0), Dense.of(blocks.value("blocks.0.attn.W_V")));
            boolean biased = blocks.model().cells().stream().anyMatch(cell -> cell.name().equals("blocks.0.attn.b_V"));
            double[][] all = biased ? Dense.plus(values, blocks.value("blocks.0.attn.b_V").toDoubles()) : values;
            return new Parts(Heads.weights(run.at("blocks.0.attn.hook_pattern"), 0), Dense.times(all, out), Dense.of(run.at("blocks.0.hook_attn_out")));
        }

        /** α_ij f(x_j) of every j. */
        private List<double[]> of(int i) {
            return IntStream.range(0, transformed.length).mapToObj(j -> Dense.scaled(new double[][] {transformed[j]}, weights[i][j])[0]).toList();
        }
    }
}
