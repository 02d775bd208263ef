package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Bounded;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.HostMatrix;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;

/**
 * 10.37's output, before gain and bias, has mean 0 and variance v/(v + ε), v being the variance of t5: 1 for all that is not tiny. t5 is put in
 * place, at ordinary and at large means.
 */
final class WellBehaved extends Claim {

    WellBehaved() {
        super(Statement.of("h-well-behaved", "The last norm gives a well-behaved distribution: mean 0 and variance 1 before gain and bias")
                .said(Citation.chapter("Essa camada final garante que a saída tenha uma distribuição bem comportada e que a representação do *token* esteja pronta "
                        + "para ser utilizada nas próximas camadas do modelo."))
                .group("chapter")
                .about(Scope.POST, Topic.NORM, Topic.NETWORK)
                .over("d_model 3 … 12, means up to 2000", "for all t5")
                .expected(Verdict.HOLDS)
                .by("moments on the host", "rounding bound", "shrinking")
                .refutes("mutant-batch-norm-over-tokens", "mutant-post-computing-pre", "mutant-naive-variance"));
    }

    private static final String THEORY = "mean(h) = 0, var(h) = v/(v + ε) with v = var(t5), before gain and bias";
    private static final double[] MEANS = {0, 10, 2000};

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        var domain = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL).inputScales(1, 1e3, 1e-3).width(3, 12).weightScales(1).eps(1e-5).pos(1, 4);
        return ForAllCases.of(candidate, apparatus).run(THEORY, domain, WellBehaved::judge).finding(THEORY)
                .derived("gain 1 and bias 0; t5 replaced by normal vectors about means of 0, 10 and 2000 times their scale");
    }

    private static Outcome judge(Specimen specimen, Deviations deviations) {
        BlockCase drawn = specimen.drawn();
        if (drawn.affine()) {
            specimen.set("ln2.w", filled(specimen, "ln2.w", 1));
            if (specimen.values().containsKey(specimen.block().path() + ".ln2.b")) {
                specimen.set("ln2.b", filled(specimen, "ln2.b", 0));
            }
        }
        for (double mean : MEANS) {
            double[] values = specimen.xs().toDoubles().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += mean * drawn.inputScale();
            }
            HostArray t5 = HostArray.of(drawn.stream(), specimen.dtype(), values);
            String point = specimen.block().path() + "." + specimen.block().chapter().get("t5");
            HostArray h = specimen.symbols(specimen.xs(), Intervention.replace(point, specimen.backend().upload(t5))).get("h");
            for (int sequence = 0; sequence < drawn.batch(); sequence++) {
                for (int i = 0; i < drawn.pos(); i++) {
                    Outcome outcome = row(specimen, HostMatrix.row(t5, sequence, i), HostMatrix.row(h, sequence, i), mean, deviations);
                    if (!(outcome instanceof Outcome.Pass)) {
                        return outcome;
                    }
                }
            }
        }
        return deviations.any() ? Outcome.pass() : Outcome.vacuous("rounding leaves nothing to compare");
    }

    private static Outcome row(Specimen specimen, double[] t5, double[] h, double offset, Deviations deviations) {
        double eps = specimen.drawn().eps();
        Bounded normalized = Bounded.exact(t5, specimen.dtype()).layerNorm(null, null, eps);
        double bound = Arrays.stream(normalized.error()).max().orElse(0);
        if (!Double.isFinite(bound) || bound > 0.3) {
            return Outcome.pass();                                                      // rounding leaves nothing to compare
        }
        double v = variance(t5);
        if (!deviations.add(mean(h), 0, bound)) {
            return Outcome.fail(Text.format("mean(h) = %s where t5 = %s", Digits.text(mean(h)), Digits.text(t5)));
        }
        double theory = v / (v + eps);
        if (!deviations.add(variance(h), theory, bound * (2 * Largest.of(normalized.value()) + bound))) {
            return Outcome.fail(Text.format("var(h) = %s, not %s, where t5 = %s%s", Digits.text(variance(h)), Digits.text(theory), Digits.text(t5),
                    offset == 0 ? "" : ": its mean is large"));
        }
        return Outcome.pass();
    }

    private static HostArray filled(Specimen specimen, String name, double value) {
        HostArray original = specimen.values().get(specimen.block().path() + "." + name);
        double[] values = new double[original.elements()];
        Arrays.fill(values, value);
        return HostArray.of(original.shape(), specimen.dtype(), values);
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).sum() / x.length;
    }

    private static double variance(double[] x) {
        double mean = mean(x);
        return Arrays.stream(x).map(value -> (value - mean) * (value - mean)).sum() / x.length;
    }
}
