package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;

/** Observation 1: q·k decides what is relevant, v what is carried; each can be changed without the other. */
final class Roles extends Claim {

    Roles() {
        super(Statement.of("observation-1", "Queries, keys and values play different roles: q·k sets relevance, v is what is carried")
                .said(Citation.chapter("As *queries*, *keys* e *values* não são apenas projeções lineares dos *embeddings*, mas sim representações que capturam "
                        + "aspectos diferentes da informação contida em cada *token*.",
                        "A comparação das *queries* com as *keys* permite ao modelo determinar a relevância de cada *token* em relação ao *token* "
                        + "atual.",
                        "Essa relevância é usada para ponderar os *values*, que, por sua vez, representam a informação a ser agregada ou modulada no "
                        + "*residual stream*."))
                .group("chapter")
                .about(Scope.EVERY, Topic.ATTENTION)
                .over(Phrases.SIZES, Phrases.ALL_INPUTS)
                .expected(Verdict.HOLDS)
                .by("other weights, bit by bit", "shrinking")
                .refutes("mutant-uniform-attention", "mutant-shared-key-value"));
    }

    private static final String THEORY = "another W_V leaves every α_ij as it is and changes t1; another W_Q or W_K leaves every v_j as it is and changes α";

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        var domain = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL).inputScales(1).weightScales(1).pos(3, 6).width(3, 12);
        return ForAllCases.of(candidate, apparatus).run(THEORY, domain, Roles::judge).finding(THEORY)
                .derived("compared bit by bit: attn.hook_pattern, attn.hook_v and hook_attn_out under other weights",
                        "read literally, \"not only linear projections\" (não são apenas projeções lineares) is false of q, k and v themselves: each is "
                                + "x W + b, and nothing else; what differs is what they are used for");
    }

    private static Outcome judge(Specimen specimen, Deviations deviations) {
        HostArray[] base = shown(specimen);
        if (Arrays.asList(base).contains(null)) {
            return Outcome.vacuous("the block shows no attention pattern");
        }
        HostArray original = another(specimen, "attn.W_V");
        HostArray[] otherValues = shown(specimen);
        specimen.set("attn.W_V", original);
        if (!same(base[0], otherValues[0])) {
            return Outcome.fail("another W_V changes the attention pattern");
        }
        if (same(base[2], otherValues[2])) {
            return Outcome.fail("another W_V does not change t1: it is not what is carried");
        }
        boolean relevance = false;
        for (String name : List.of("attn.W_Q", "attn.W_K")) {
            original = another(specimen, name);
            HostArray[] other = shown(specimen);
            specimen.set(name, original);
            if (!same(base[1], other[1])) {
                return Outcome.fail(Text.format("another %s changes the values that are carried", name.substring(5)));
            }
            relevance |= !same(base[0], other[0]);
        }
        return Outcome.passIf(relevance, () -> "neither W_Q nor W_K changes the attention pattern: they do not set relevance");
    }

    private static HostArray[] shown(Specimen specimen) {
        return specimen.hooked(specimen.xs(), "attn.hook_pattern", "attn.hook_v", "hook_attn_out").toArray(HostArray[]::new);
    }

    /** Puts another value into the parameter and returns the one it had. */
    private static HostArray another(Specimen specimen, String name) {
        HostArray original = specimen.values().get(specimen.block().path() + "." + name);
        Shape shape = original.shape();
        RandomKey key = RandomKey.of(specimen.drawn().seed()).split("another " + name);
        double[] values = new double[shape.elements()];
        Arrays.setAll(values, key::normal);
        specimen.set(name, HostArray.of(shape, specimen.dtype(), values));
        return original;
    }

    private static boolean same(HostArray a, HostArray b) {
        return Arrays.equals(a.toDoubles(), b.toDoubles());
    }
}
