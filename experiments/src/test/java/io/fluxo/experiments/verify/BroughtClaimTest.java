package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.bench.Bench;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.verify.brought.ShiftsPassThrough;
import io.fluxo.experiments.workbench.BackendRow;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A claim that does not come with Fluxo is verified, listed, reported and held to its mutants as the chapter's are; a wrong one is refused at once. */
class BroughtClaimTest {

    private static final Claims WITH_IT = with(new ShiftsPassThrough());
    private static final Claim IT = WITH_IT.choose(List.of("shifts-pass-through"), Optional.empty()).getFirst();

    @TempDir
    Path folder;

    private static Claims with(Claim... more) {
        List<Claim> all = new ArrayList<>(Verified.CLAIMS.all());
        all.addAll(List.of(more));
        return new Claims(all, Verified.CLAIMS.mutants());
    }

    private static InstalledParts installed(Claims claims) {
        return new InstalledParts(Verified.INSTALLED.backends(), Verified.INSTALLED.catalog(), Verified.INSTALLED.blame(), claims);
    }

    private static VerificationResult verified(Claims claims, Claim... chosen) throws InterruptedException {
        return new Verification(installed(claims), List.of(chosen), Candidates.standard(Verified.INSTALLED.catalog()), claims.mutants(), Verified.SETTINGS).run(2);
    }

    @Test
    void itHoldsOfThePreNormBlockAndRefutesExactlyTheMutantsThatItsGroupNames() throws InterruptedException {
        VerificationResult outcome = verified(WITH_IT, IT);
        assertThat(outcome.rows()).singleElement().satisfies(row -> {
            assertThat(row.placement()).isEqualTo("pre");
            assertThat(row.finding().verdict()).isEqualTo(Verdict.HOLDS);
        });
        assertThat(outcome.controls()).extracting(control -> control.mutant().name()).containsExactly("mutant-neighbour-norm", "mutant-mean-kept");
        assertThat(outcome.controls()).allSatisfy(control -> {
            assertThat(control.finding().verdict()).as(control.mutant().name()).isEqualTo(Verdict.REFUTED);
            assertThat(control.finding().counterexample()).contains("1 sequence of 1 token", "of h is");
        });
        assertThat(outcome.asExpected()).isTrue();
    }

    @Test
    void itsMutantIsNoControlOfTheChapter() {
        Mutant its = WITH_IT.mutant("mutant-mean-kept").orElseThrow();
        assertThat(Verified.CLAIMS.all()).noneMatch(claim -> WITH_IT.isControl(its, claim));
        assertThat(WITH_IT.mutants()).hasSize(Verified.CLAIMS.mutants().size() + 1);
    }

    @Test
    void itIsListedInItsGroup() {
        VerifyCommandTest.Ran ran = fluxo("verify", "--list", "--group", "shifts", "--json", "-");
        assertThat(ran.status()).isZero();
        assertThat(Json.parse(ran.out()).path("claims").valueStream().toList()).singleElement().satisfies(row -> {
            assertThat(row.path("id").asString()).isEqualTo("shifts-pass-through");
            assertThat(row.path("group").asString()).isEqualTo("shifts");
            assertThat(row.path("about").asString()).isEqualTo("pre");
        });
        assertThat(fluxo("verify", "--list", "--group", "chapter").out()).doesNotContain("shifts-pass-through");
        assertThat(fluxo("verify", "--list").out()).contains("theorem-1", "shifts-pass-through");
        assertThat(fluxo("verify", "--list", "--group", "quantum").err()).contains("--group: no group named 'quantum' (legal: chapter, ", "shifts, all)");
    }

    @Test
    void itIsReportedWithItsSource() throws IOException {
        Path page = folder.resolve("page.html");
        VerifyCommandTest.Ran ran = fluxo("verify", "shifts-pass-through", "--backend", "ejml", "--dtype", "f64", "--trials", "6", "--report", page.toString());
        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("LayerNorm is invariant to a shift of its input (Jiang et al. (2023), section 3)",
                "refutes   mutant-neighbour-norm, mutant-mean-kept", "each is refuted by exactly the claims it breaks", "1 verdict and 2 controls, all as expected");
        assertThat(Files.readString(page)).contains("A number added to all features", "(Jiang et al. (2023), section 3) ·",
                "<code>io.fluxo.experiments.verify.brought.ShiftsPassThrough</code>", "the norms add the mean that they have taken away");
    }

    @Test
    void itsQuoteNamesThePaper() {
        JsonNode json = Json.parse(fluxo("verify", "shifts-pass-through", "--backend", "ejml", "--dtype", "f64", "--trials", "2", "--json", "-").out());
        assertThat(json.path("claims").get(0).path("quote").asString()).isEqualTo("LayerNorm is invariant to a shift of its input (Jiang et al. (2023), section 3)");
    }

    @Test
    void itsMutantIsExaminedByItsName() {
        VerifyCommandTest.Ran ran = fluxo("verify", "shifts-pass-through", "--placement", "mutant-mean-kept", "--backend", "ejml", "--dtype", "f64");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("shifts-pass-through of mutant-mean-kept is refuted, expected: holds");
    }

    /** A claim of which a test says what it says, and what its check comes to. */
    private static final class Told extends Claim {

        private final Function<Candidate, Finding> check;

        Told(UnaryOperator<Statement> rest, Function<Candidate, Finding> check) {
            super(rest.apply(Statement.of("told", "something").said(Citation.of("a paper")).group("told").about(Scope.EVERY).expected(Verdict.HOLDS)));
            this.check = check;
        }

        static Told saying(UnaryOperator<Statement> rest) {
            return new Told(rest, candidate -> Finding.holds("", ""));
        }

        @Override
        public Finding check(Candidate candidate, Apparatus apparatus) {
            return check.apply(candidate);
        }
    }

    @Test
    void aMutantThatIsNotThereIsRefused() {
        Claim claim = Told.saying(statement -> statement.refutes("mutant-leaky-musk"));
        assertThatThrownBy(() -> with(claim)).isInstanceOf(BadInput.class)
                .hasMessageStartingWith("the claim 'told' names a faulty block that is not there: no mutant named 'mutant-leaky-musk'; did you mean 'mutant-leaky-mask'?");
        Claim other = Told.saying(statement -> statement.trueOf("mutant-none"));
        assertThatThrownBy(() -> with(other)).isInstanceOf(BadInput.class).hasMessageContaining("no mutant named 'mutant-none'");
    }

    @Test
    void aMutantOfABlockThatTheClaimIsNotAboutIsRefused() {
        Claim claim = Told.saying(statement -> statement.about(Scope.PRE).refutes("mutant-leaky-mask"));
        assertThatThrownBy(() -> with(claim)).isInstanceOf(BadInput.class)
                .hasMessage("the claim 'told' names mutant-leaky-mask, which is no block that the claim is about");
    }

    @Test
    void twoClaimsOfOneIdAreRefused() {
        assertThatThrownBy(() -> with(new ShiftsPassThrough(), new ShiftsPassThrough())).isInstanceOf(BadInput.class).hasMessageStartingWith(
                "two claims are called 'shifts-pass-through': io.fluxo.experiments.verify.brought.ShiftsPassThrough and io.fluxo.experiments");
    }

    @Test
    void twoMutantsOfOneNameAreRefused() {
        Mutant known = Verified.CLAIMS.mutants().getFirst();
        Mutant another = new Mutant(known.name(), "another fault", known.design(), UnaryOperator.identity());
        assertThatThrownBy(() -> with(Told.saying(statement -> statement.refutes(another)))).isInstanceOf(BadInput.class)
                .hasMessageContaining("two mutants are called '" + known.name() + "'");
        assertThatThrownBy(() -> new Mutant("pre", "a fault", known.design(), UnaryOperator.identity())).hasMessageContaining("a mutant is called mutant-…, not 'pre'");
    }

    @Test
    void aGroupCannotBeCalledAsAllGroupsAre() {
        Claim claim = Told.saying(statement -> statement.group("all").refutes("mutant-leaky-mask"));
        assertThatThrownBy(() -> with(claim)).isInstanceOf(BadInput.class).hasMessageContaining("stands for all groups");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            citation | it does not say where it is said
            group    | it belongs to no group
            scope    | it does not say which blocks it is about
            expected | it does not say which verdict is expected
            mutants  | it names no mutant that it must refute, and does not say why there is none
            both     | it names mutants, and says why there are none
            """)
    void aStatementThatLacksSomethingIsRefused(String missing, String message) {
        assertThatThrownBy(() -> Told.saying(whole -> switch (missing) {
            case "citation" -> whole.refutes("mutant-leaky-mask").said(null);
            case "group" -> whole.refutes("mutant-leaky-mask").group(" ");
            case "scope" -> whole.refutes("mutant-leaky-mask").about(null);
            case "expected" -> whole.refutes("mutant-leaky-mask").expected(null);
            case "both" -> whole.refutes("mutant-leaky-mask").refutesNone("there is none");
            default -> whole;
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("the claim 'told' is not complete: " + message);
    }

    @Test
    void aCheckThatBreaksIsASurpriseAndNotTheEnd() throws InterruptedException {
        for (Function<Candidate, Finding> broken : List.<Function<Candidate, Finding>>of(candidate -> null, candidate -> {
            throw new IllegalStateException("no finding today");
        })) {
            Claim claim = new Told(statement -> statement.refutes("mutant-leaky-mask"), broken);
            VerificationResult outcome = verified(with(claim), claim);
            assertThat(outcome.rows()).hasSize(2).allSatisfy(row -> {
                assertThat(row.finding().verdict()).isEqualTo(Verdict.SKIPPED);
                assertThat(row.expected()).isEqualTo(Verdict.HOLDS);
                assertThat(row.finding().measured()).startsWith("cannot be examined: ").containsAnyOf("returned null instead of a finding", "no finding today");
            });
            assertThat(outcome.asExpected()).isFalse();
        }
    }

    @Test
    void aCheckThatLetsItsMutantThroughIsASurprise() throws InterruptedException {
        Claim claim = Told.saying(statement -> statement.refutes("mutant-leaky-mask"));
        VerificationResult outcome = verified(with(claim), claim);
        assertThat(outcome.rows()).allMatch(VerdictRow::asExpected);
        assertThat(outcome.controls()).singleElement().satisfies(control -> assertThat(control.asExpected()).isFalse());
    }

    private static VerifyCommandTest.Ran fluxo(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, plugins -> new WithClaims(Laboratory.open(plugins), WITH_IT)).run(arguments);
        return new VerifyCommandTest.Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** What is installed, with other claims. */
    private record WithClaims(Workbench inner, Claims claims) implements Workbench {

        @Override
        public List<BackendRow> backends() {
            return inner.backends();
        }

        @Override
        public OpenBackend open(BackendChoice choice) {
            return inner.open(choice);
        }

        @Override
        public StudyLibrary studies() {
            return inner.studies();
        }

        @Override
        public Catalog catalog() {
            return inner.catalog();
        }

        @Override
        public InstalledParts installed() {
            InstalledParts all = inner.installed();
            return new InstalledParts(all.backends(), all.catalog(), all.blame(), claims);
        }

        @Override
        public ModelSize size(ModelSpec model) {
            return inner.size(model);
        }

        @Override
        public Bench bench(BenchCase spec, String backend) {
            return inner.bench(spec, backend);
        }
    }
}
