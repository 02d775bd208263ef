package io.fluxo.proof;

import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * A claim of absence checked on a run: proved for all weights and all tokens at this size, or not. Dependence over-approximates, so a failure only
 * means that the claim could not be proved.
 *
 * @param subject    what ran
 * @param claim      what is claimed of every point of the run
 * @param tokens     tokens of each sequence
 * @param derivation a line for each point: which tokens reach which rows
 * @param failure    the first point where the claim fails, and how; empty where it is proved
 */
public record TokenProof(String subject, TokenClaim claim, int tokens, List<String> derivation, Optional<String> failure) {

    /** What every proof assumes. */
    public static final String ASSUMPTION = "every intermediate value is finite, or −∞ where a mask says so";

    public TokenProof {
        derivation = List.copyOf(derivation);
    }

    static TokenProof of(TokenFlow flow, TokenClaim claim) {
        Optional<String> failure = flow.points().stream()
                .flatMap(point -> point.reach().violation(claim, point.symbol()).map(violation -> Text.format("%s at %s", violation, place(flow, point))).stream())
                .findFirst();
        return new TokenProof(flow.subject(), claim, flow.tokens(), flow.lines(), failure);
    }

    private static String place(TokenFlow flow, TokenFlow.Point point) {
        return point.name().equals(TokenFlow.OUTPUT) ? "the output of " + flow.subject() : point.name();
    }

    public boolean proved() {
        return failure.isEmpty();
    }

    /** {@code blocks.0.mlp: row i depends on token i alone: proved at N = 6}. */
    public String sentence() {
        return Text.format("%s: %s: %s", subject, claim.sentence(),
                failure.map(reason -> "not proved: " + reason).orElse("proved for all weights and tokens at N = " + tokens));
    }
}
