package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.CaseWords;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Cases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.experiments.verify.mutant.Mutants;
import io.fluxo.layer.Layer;
import io.fluxo.property.BlockCase;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * The feed-forward network adds what no linear map has: f(a + b) − f(a) − f(b) + f(0) is not zero. With the nonlinearity taken out it is, so
 * the nonlinearity is where it comes from.
 */
final class FeedForwardNonlinear extends Claim {

    FeedForwardNonlinear() {
        super(Statement.of("ffn-nonlinear", "The feed-forward network adds non-linearity")
                .said(Citation.chapter("A aplicação da LayerNorm estabiliza o fluxo do gradiente e a rede FFN adiciona não linearidade à representação do *token*."))
                .group("chapter")
                .about(Scope.EVERY, Topic.NETWORK)
                .over("one token at a time", "there are a and b")
                .expected(Verdict.HOLDS)
                .by("superposition", "with and without the nonlinearity")
                .refutes("mutant-post-computing-pre", "mutant-linear-ffn"));
    }

    private static final double TOLERANCE = 1e-10;
    private static final String THEORY = "FFN(a + b) ≠ FFN(a) + FFN(b) − FFN(0); with the identity for its nonlinearity, equal";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        // four sequences of one token: a, b, a + b, 0
        BlockCase drawn = Cases.ordinary(candidate, apparatus.seed(), 4, 1);
        double[] values = drawn.xs(DType.F64).toDoubles().clone();
        int d = drawn.dModel();
        for (int c = 0; c < d; c++) {
            values[2 * d + c] = values[c] + values[d + c];
            values[3 * d + c] = 0;
        }
        HostArray operands = HostArray.of(drawn.stream(), values);
        double curved = superposition(candidate, apparatus, drawn, operands);
        double straight = superposition(Mutants.withoutNonlinearity(candidate), apparatus, drawn, operands);
        if (!(curved > 1e-6)) {
            return Finding.refuted(THEORY, Text.format("superposition fails by %s only", Digits.text(curved)), CaseWords.of(drawn));
        }
        if (!(straight <= TOLERANCE)) {
            return Finding.refuted(THEORY, Text.format("superposition still fails, by %s, without the nonlinearity", Digits.text(straight)), CaseWords.of(drawn));
        }
        return Finding.holds(THEORY, Text.format("superposition fails by %s; without the nonlinearity by %s", Digits.text(curved), Digits.text(straight)))
                .within(TOLERANCE).witnessed(CaseWords.of(drawn));
    }

    private static double superposition(Candidate candidate, Apparatus apparatus, BlockCase drawn, HostArray operands) {
        List<Layer> networks = new ArrayList<>();
        Candidate seen = candidate.with(parts -> {
            networks.add(parts.mlp());
            return parts;
        });
        try (Specimen specimen = Specimen.of(seen, drawn, apparatus.reference(), DType.F64)) {
            double[] y = (switch (candidate.equations()) {
                case POST -> within(specimen, "t3", "t4", operands);
                case PRE -> within(specimen, "t4", "t5", operands);
                // which of its values is the network's input is not known of another design: the network by itself
                case OTHER -> specimen.compute(networks.getFirst()::forward, operands);
            }).toDoubles();
            int d = drawn.dModel();
            double largest = 0;
            for (int c = 0; c < d; c++) {
                largest = Math.max(largest, Math.abs(y[2 * d + c] - y[c] - y[d + c] + y[3 * d + c]));
            }
            return largest;
        }
    }

    /** The block's {@code result} with {@code operands} put in place of {@code operand}. */
    private static HostArray within(Specimen specimen, String operand, String result, HostArray operands) {
        String point = specimen.block().path() + "." + specimen.block().chapter().get(operand);
        return specimen.symbols(specimen.xs(), Intervention.replace(point, specimen.backend().upload(operands))).get(result);
    }
}
