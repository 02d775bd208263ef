package io.fluxo.experiments.verify;

import static io.fluxo.experiments.verify.Verdict.HOLDS;
import static io.fluxo.experiments.verify.Verdict.NOT_TESTABLE;
import static io.fluxo.experiments.verify.Verdict.PROVED;
import static io.fluxo.experiments.verify.Verdict.REFUTED;
import static io.fluxo.experiments.verify.Verdict.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChapterClaimsTest {

    private static final Map<String, Verdict> OF_POST_ALONE = Map.ofEntries(Map.entry("eq-10.32", HOLDS), Map.entry("eq-10.33", HOLDS),
            Map.entry("eq-10.34", HOLDS),
            Map.entry("eq-10.35", HOLDS), Map.entry("eq-10.36", HOLDS), Map.entry("eq-10.37", HOLDS), Map.entry("diagram-1", HOLDS),
                    Map.entry("diagram-2", HOLDS),
            Map.entry("diagram-3", HOLDS), Map.entry("h-well-behaved", HOLDS), Map.entry("worked-example-realised", HOLDS));

    private static final Map<String, Verdict> OF_BOTH = Map.ofEntries(Map.entry("theorem-1", PROVED), Map.entry("sequences-apart", PROVED),
            Map.entry("theorem-2", PROVED), Map.entry("theorem-2.1", PROVED), Map.entry("theorem-2.2", HOLDS), Map.entry("context-includes-i", HOLDS),
            Map.entry("propagation", HOLDS), Map.entry("observation-1", HOLDS), Map.entry("residual-preserves", HOLDS),
            Map.entry("residual-preserves-injectivity", REFUTED), Map.entry("ffn-nonlinear", HOLDS));

    private static final Map<String, Verdict> OF_NONE = Map.of("worked-example-sums", HOLDS, "worked-example-layernorm", REFUTED, "theorem-2-trained",
            SKIPPED,
            "residual-trains", SKIPPED, "ln-gradient", SKIPPED, "not-testable-tasks", NOT_TESTABLE, "not-testable-complexity", NOT_TESTABLE,
            "not-testable-success", NOT_TESTABLE);

    @Test
    void everyClaimHasItsVerdictOfPostNorm() {
        Map<String, Verdict> expected = new TreeMap<>(OF_POST_ALONE);
        expected.putAll(OF_BOTH);
        assertThat(verdicts("post")).isEqualTo(expected);
    }

    @Test
    void everyClaimHasItsVerdictOfPreNorm() {
        Map<String, Verdict> expected = new TreeMap<>(OF_BOTH);
        expected.put("pre-norm", HOLDS);
        assertThat(verdicts("pre")).isEqualTo(expected);
    }

    @Test
    void everyOtherClaimHasItsVerdict() {
        assertThat(verdicts("")).isEqualTo(new TreeMap<>(OF_NONE));
    }

    @Test
    void theVerdictsAreTheExpectedOnes() {
        assertThat(Verified.OUTCOME.rows()).allSatisfy(row -> assertThat(row.finding().verdict()).as(row.claim().id()).isEqualTo(row.expected()));
    }

    @Test
    void whatIsProvedHasADerivationAndWhatIsRefutedACounterexample() {
        for (VerdictRow row : Verified.OUTCOME.rows()) {
            Finding finding = row.finding();
            assertThat(finding.derivation().isEmpty() && finding.verdict() == PROVED).as("%s is proved by nothing", row.claim().id()).isFalse();
            assertThat(finding.counterexample().isEmpty()).as("counterexample of %s", row.claim().id()).isEqualTo(finding.verdict() != REFUTED);
        }
        assertThat(finding("theorem-1", "pre").witness()).contains("‖∂t1_i/∂x_j‖ ≥").contains("for every j ≤ i");
        assertThat(finding("theorem-1", "post").derivation()).anyMatch(line -> line.contains("model without attention"))
                .anyMatch(line -> line.contains("bits, j > i"));
        assertThat(finding("theorem-2.1", "post").derivation()).anyMatch(line -> line.contains("by induction over depth"));
        assertThat(finding("theorem-2", "pre").derivation()).anyMatch(line -> line.contains("D = 64: 64 of 64")).anyMatch(line -> line.contains("n-gram"));
    }

    @Test
    void float64IsHeldToTheNarrowTolerance() {
        List<VerdictRow> measured = Verified.OUTCOME.rows().stream().filter(row -> row.finding().tolerance().isPresent()).toList();
        assertThat(measured).hasSizeGreaterThan(15).allSatisfy(row -> assertThat(row.finding().tolerance().getAsDouble()).as(row.claim().id())
                .isLessThanOrEqualTo(1e-10));
    }

    @Test
    void verdictsDependOnNeitherWorkersNorOrder() throws InterruptedException {
        List<Claim> two = Verified.CLAIMS.choose(List.of("observation-1", "eq-10.34"), Optional.empty());
        List<Candidate> blocks = Candidates.standard(Verified.INSTALLED.catalog());
        VerificationResult one = new Verification(Verified.INSTALLED, two, blocks, List.of(), Verified.SETTINGS).run(1);
        for (VerdictRow row : one.rows()) {
            assertThat(row.finding()).isEqualTo(finding(row.claim().id(), row.placement()));
        }
    }

    private static Finding finding(String id, String placement) {
        return Verified.OUTCOME.of(id).stream().filter(row -> row.placement().equals(placement)).findFirst().orElseThrow().finding();
    }

    private static Map<String, Verdict> verdicts(String placement) {
        return Verified.OUTCOME.rows().stream().filter(row -> row.placement().equals(placement))
                .collect(Collectors.toMap(row -> row.claim().id(), row -> row.finding().verdict(), (a, b) -> a, TreeMap::new));
    }
}
