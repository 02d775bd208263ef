package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Candidates;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Claims;
import io.fluxo.experiments.verify.InstalledParts;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Verification;
import io.fluxo.experiments.verify.VerificationProgress;
import io.fluxo.experiments.verify.VerificationResult;
import io.fluxo.experiments.verify.report.VerifyJson;
import io.fluxo.experiments.verify.report.VerifyReport;
import io.fluxo.experiments.verify.report.VerifyText;
import io.fluxo.experiments.verify.report.WorkedRun;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "verify", mixinStandardHelpOptions = true,
        description = "Proves, measures or refutes the chapter's claims; faulty blocks show that each check can fail.")
final class VerifyCommand extends FluxoCommand<RunOptions> {

    static final int DEFAULT_TRIALS = 20;

    @Parameters(arity = "0..*", paramLabel = "CLAIM", description = "claims by id (default: all of the group)")
    private List<String> asked = new ArrayList<>();

    @Option(names = "--group", paramLabel = "NAME", description = "claims of this group, or all (default: " + Claims.DEFAULT_GROUP + ")")
    private String group;

    @Option(names = "--placement", paramLabel = "NAME",
            description = "examine this block alone: post, pre, a plugin's, or a mutant-… (default: post and pre, with controls)")
    private String placement;

    @Option(names = "--spec", paramLabel = "FILE", description = "examine the block of a model (YAML, as train reads it) in the model's own kinds")
    private Path spec;

    @Option(names = "--trials", paramLabel = "N", description = "cases of each for-all claim (default: " + DEFAULT_TRIALS + ")")
    private Integer trials;

    @Option(names = "--runs", paramLabel = "DIR", defaultValue = "runs",
            description = "where runs of studies lie, or one run: claims that need training are read from the latest (default: runs)")
    private Path runs;

    @Option(names = "--corpus", paramLabel = "FILE", description = "the text that claims about trained language models are measured on: Tiny Shakespeare")
    private Path corpus;

    @Option(names = "--list", description = "list the claims, of all groups where none is named; check nothing")
    private boolean list;

    VerifyCommand(Session session) {
        super(session, new RunOptions());
    }

    @Override
    ExitStatus run() throws Exception {
        CommonOptions.atLeast("--trials", trials, 1);
        if (placement != null && spec != null) {
            throw new BadInput("--placement and --spec: give one of them; the model names its placement");
        }
        if (list) {
            refuseOtherOptions("--list", "--group", "CLAIM");
        }
        Workbench workbench = workbench();
        InstalledParts installed = workbench.installed();
        List<Claim> claims = installed.claims().choose(asked, Optional.ofNullable(list && group == null ? Claims.EVERY_GROUP : group));
        if (list) {
            return listed(claims);
        }
        Verification verification = new Verification(installed, claims, candidates(workbench, installed), controls(installed), options(workbench));
        int workers = Objects.requireNonNullElse(common.threads, Runtime.getRuntime().availableProcessors());
        VerificationResult outcome = verified(verification, workers);
        return tell(verification, outcome);
    }

    private VerificationResult verified(Verification verification, int workers) throws InterruptedException {
        try (VerifyLine progress = new VerifyLine(terminal)) {
            return verification.run(workers, common.quiet ? VerificationProgress.NONE : progress);
        } catch (BackendUnavailableException unavailable) {
            throw new BackendUnavailable(unavailable.getMessage(), unavailable);
        }
    }

    private List<Candidate> candidates(Workbench workbench, InstalledParts installed) {
        if (spec != null) {
            StudyReader.Read read = new StudyReader(workbench.catalog(), workbench.studies()::defaults).read(spec);
            Study study = read.study();
            if (study.compares()) {
                throw new BadInput(Text.format("--spec %s: it varies %s; a block is examined in one model", spec, String.join(", ", study.axes().keySet())));
            }
            if (study.model().get(FAMILY) != ModelSpec.Family.TRANSFORMER || study.model().get(N_LAYERS) == 0) {
                throw new BadInput(Text.format("--spec %s: the model has no blocks to examine", spec));
            }
            ModelSpec drawn = study.model().with(INIT_FROM, ""); // its parameters do not matter here
            workbench.obstacles(drawn, study.training(), common.choice(1)).stream().findFirst().ifPresent(violation -> {
                throw read.locations().complaint(violation.key(), violation.message());
            });
            return Candidates.of(study.model(), installed.catalog());
        }
        return placement == null ? Candidates.standard(installed.catalog()) : List.of(Candidates.named(placement, installed));
    }

    /** The controls belong to the chapter's two blocks, not to another that is examined by itself. */
    private List<Mutant> controls(InstalledParts installed) {
        return placement == null && spec == null ? installed.claims().mutants() : List.of();
    }

    private Apparatus.Options options(Workbench workbench) {
        BackendChoice choice = common.choice(1);
        if (workbench.installed().backends().roundsFactors(choice.name())) {
            throw new BadInput(Text.format("--backend %s: verify holds results to the rounding of f32 or f64; %s rounds the factors of products more coarsely (ablate, train and bench take it)",
                    choice.name(), choice.name()));
        }
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            DType dtype = Arrays.stream(DType.values()).filter(type -> type.label().equals(backend.dtype())).findFirst().orElseThrow();
            if (dtype == DType.BF16) {
                throw new BadInput("--dtype bf16: verify holds results to the rounding of f32 or f64, one operation at a time; bf16 rounds within products (train and bench take it)");
            }
            return new Apparatus.Options(new Apparatus.Setup(choice.name(), dtype), choice.device(), Objects.requireNonNullElse(common.seed, 1L),
                    Objects.requireNonNullElse(trials, DEFAULT_TRIALS), runs, corpus());
        }
    }

    private Optional<Path> corpus() {
        if (corpus != null && !Files.isRegularFile(corpus)) {
            throw new BadInput(Text.format("--corpus %s: there is no such file", corpus));
        }
        return Optional.ofNullable(corpus);
    }

    private ExitStatus tell(Verification verification, VerificationResult outcome) {
        common.writeJson(Json.pretty(VerifyJson.of(outcome)), terminal.out());
        if (common.report != null) {
            common.writeReport(_ -> VerifyReport.html(outcome, WorkedRun.of(verification, outcome), typed()));
        }
        if (!common.jsonToStandardOutput()) {
            TextTable table = new TextTable("claim", "block", "verdict", "", "measured");
            outcome.rows().forEach(row -> table.row(VerifyText.cells(row)));
            terminal.out().print(table.within(terminal.tableColumns()) + (asked.isEmpty() ? "" : VerifyText.details(outcome)) + VerifyText.surprises(outcome, spec == null, replay())
                    + VerifyText.controls(outcome) + VerifyText.faults(outcome) + VerifyText.scope(outcome));
        }
        return outcome.asExpected() ? ExitStatus.AS_EXPECTED : ExitStatus.NOT_AS_EXPECTED;
    }

    /** The options that replay the same cases. */
    private String replay() {
        StringBuilder options = new StringBuilder(Text.format(" --seed %d --trials %d", Objects.requireNonNullElse(common.seed, 1L),
                Objects.requireNonNullElse(trials, DEFAULT_TRIALS)));
        if (common.backend != null) {
            options.append(" --backend ").append(Launcher.quoted(common.backend));
        }
        if (common.dtype != null) {
            options.append(" --dtype ").append(common.dtype);
        }
        if (spec != null) {
            options.append(" --spec ").append(Launcher.quoted(spec.toString()));
        }
        if (common.plugins != null) {
            options.append(" --plugins ").append(Launcher.quoted(common.plugins.toString()));
        }
        return options.toString();
    }

    private ExitStatus listed(List<Claim> claims) {
        ObjectNode root = Json.object();
        ArrayNode rows = root.putArray("claims");
        TextTable table = new TextTable("claim", "group", "about", "expected", "statement");
        for (Claim claim : claims) {
            String about = switch (claim.scope()) {
                case POST -> "post";
                case PRE -> "pre";
                case EVERY -> "every block";
                case NONE -> "–";
            };
            rows.addObject().put("id", claim.id()).put("group", claim.group()).put("about", about).put("expected", claim.expected().label())
                    .put("statement", claim.text());
            table.row(claim.id(), claim.group(), about, claim.expected().label(), claim.text());
        }
        common.writeJson(Json.pretty(root), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(table.within(terminal.tableColumns()));
        }
        return ExitStatus.AS_EXPECTED;
    }
}
