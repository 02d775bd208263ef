package io.fluxo.experiments.verify.claim;

import static io.fluxo.model.ModelSpec.*;

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
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.experiments.verify.measure.Shown;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.model.ModelSpec;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/**
 * Preservation read as "nothing is lost", that is, x ↦ x + t1 is injective: one token, one head, W_V = −c·I and W_O = I with c such that
 * attention returns exactly −x. Two different tokens then have the same sum, 0.
 */
final class ResidualInjectivity extends Claim {

    ResidualInjectivity() {
        super(Statement.of("residual-preserves-injectivity", "… and read as \"nothing is lost\": different tokens have different sums")
                .said(Citation.chapter("Esta adição residual garante a preservação da informação original e facilita o treinamento da rede."))
                .group("chapter")
                .about(Scope.EVERY, Topic.SUM, Topic.ATTENTION, Topic.NORM)
                .over("N = 1", Phrases.ALL_INPUTS)
                .expected(Verdict.REFUTED)
                .by("constructed counterexample")
                // where a token does not attend to itself, attention cannot cancel it: the sum is injective after all
                .trueOf("mutant-self-masked-attention"));
    }

    private static final int WIDTH = 4;
    private static final String THEORY = "different x give different sums x + t1, whatever the weights";

    /** Both of mean 0 and variance 1, so that a norm before attention changes their scale at most. */
    private static final List<double[]> TOKENS = List.of(new double[] {1, -1, 1, -1}, new double[] {-1, -1, 1, 1});

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        BlockCase drawn = new BlockCase(candidate.spec().map(one -> one.get(MASK).standard()).orElse(ModelSpec.MaskKind.CAUSAL), Choice.of("relu"),
                candidate.spec().map(one -> one.get(NORM).standard()).orElse(ModelSpec.DEFAULT.get(NORM).standard()), 1e-5, false, false, 1, InputKind.NORMAL, 1, 0, 1, 1, WIDTH, 1, WIDTH, WIDTH, 4);
        for (double size : new double[] {1, 0}) {
            try (Specimen specimen = Specimen.of(candidate, drawn, apparatus.reference(), DType.F64)) {
                if (!Shown.has(specimen.block(), "hook_resid_mid")) {
                    return Finding.skipped("the block shows no hook_resid_mid");
                }
                specimen.set("attn.W_O", diagonal(1));
                carried(specimen, size);
                double[] x = TOKENS.getFirst();
                double[] seen = shown(specimen, x, "hook_attn_out");
                carried(specimen, size == 0 ? 0 : -x[0] / seen[0]);
                double[] a = shown(specimen, x, "hook_resid_mid");
                double[] b = shown(specimen, TOKENS.get(1), "hook_resid_mid");
                if (Largest.difference(a, b) < 1e-10) {
                    return Finding.refuted(THEORY, Text.format("x = %s and x = %s both give %s", Digits.text(x), Digits.text(TOKENS.get(1)),
                            Digits.text(rounded(a))),
                            size == 0 ? "N = 1, d = 4, W_V = 0: every x gives the same" : Text.format("N = 1, d = 4, one head, W_V W_O = −%s·I: attention returns −x",
                                    Digits.text(x[0] / seen[0])));
                }
            }
        }
        return Finding.holds(THEORY, "the two constructions that make tokens collide do not");
    }

    private static double[] shown(Specimen specimen, double[] x, String hook) {
        return specimen.hooked(HostArray.of(specimen.drawn().stream(), x.clone()), hook).getFirst().toDoubles();
    }

    /** W_V = factor·I; keys do not matter to a single token, so W_K may be the same. */
    private static void carried(Specimen specimen, double factor) {
        specimen.set("attn.W_V", diagonal(factor));
        specimen.set("attn.W_K", diagonal(factor));
    }

    private static HostArray diagonal(double value) {
        double[] values = new double[WIDTH * WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            values[i * WIDTH + i] = value;
        }
        return HostArray.of(Shape.of(WIDTH, WIDTH), values);
    }

    /** Without the last digits, which are rounding. */
    private static double[] rounded(double[] values) {
        return Arrays.stream(values).map(value -> Math.round(value * 1e10) / 1e10 + 0.0).toArray();
    }
}
