package io.fluxo.experiments.cli;

import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.BackendComparison;
import io.fluxo.experiments.compare.CompareJson;
import io.fluxo.experiments.compare.CompareProgress;
import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.Part;
import io.fluxo.experiments.compare.onnx.OnnxNodeTests;
import io.fluxo.experiments.compare.replay.ReplayFile;
import io.fluxo.experiments.compare.report.CompareReport;
import io.fluxo.experiments.compare.waiver.Waivers;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code compare}: backends beside a reference, operation by operation. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = "Compares backends with a reference, operation by operation: is a difference rounding, or a bug, and how small a bug would be found?")
final class CompareCommand extends FluxoCommand<ResultOptions> {

    @Option(names = "--backends", paramLabel = "NAME", split = ",", defaultValue = "simd", description = "backends to compare (default: ${DEFAULT-VALUE})")
    private List<String> backends;

    @Option(names = "--reference", paramLabel = "NAME", defaultValue = BackendComparison.EXACT,
            description = "what they are compared with; " + BackendComparison.EXACT + " stands for exact values (default: ${DEFAULT-VALUE})")
    private String reference;

    @Option(names = "--what", paramLabel = "WHAT", description = "ops: every operation, forward and gradient; blocks: a block of each placement, hook by hook "
            + "and operation by operation; model: likewise a post-norm and a pre-norm model; invariants: what needs no reference, and the order of sums; drift: how fast trajectories part, over "
            + "depth and training; speed: beside the machine's peak (default: all)")
    private String what;

    @Option(names = "--replay", paramLabel = "FILE", description = "run one operation again that an earlier comparison called a bug, and nothing else")
    private Path replay;

    @Option(names = "--culprits", paramLabel = "DIR", defaultValue = "runs/compare",
            description = "where operations of a model are kept that are called a bug, for --replay (default: ${DEFAULT-VALUE})")
    private Path culprits;

    @Option(names = "--onnx", paramLabel = "DIR", description = "run the ONNX standard's tests of operators that lie in this folder, instead")
    private Path onnx;

    @Option(names = "--waivers", paramLabel = "FILE", description = "known differences (JSON), which are shown and not called bugs; one that no longer occurs is an error")
    private Path waivers;

    @Option(names = "--report", paramLabel = "FILE.html", description = "the result as a page")
    private Path report;

    @Option(names = "--threads", paramLabel = "N", description = "threads with which speed is measured (default: all processors); all else runs on one")
    private Integer threads;

    @Option(names = "--no-certificate", description = "do not plant faults to find out how small a one would be found")
    private boolean uncertified;

    CompareCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        Set<Part> parts = what == null ? EnumSet.allOf(Part.class)
                : EnumSet.of(Part.named(what).orElseThrow(() -> new BadInput("--what: " + BadInput.legal("nothing is compared that is called", what, Part.labels()))));
        CommonOptions.concurrent("--threads", threads);
        if (report != null) {
            ResultOptions.requireWritable("--report", report);
        }
        Waivers known = waivers == null ? Waivers.NONE : Waivers.read(waivers);
        Optional<ReplayFile> again = Optional.ofNullable(replay).map(ReplayFile::read);
        Workbench workbench = workbench();
        Backends installed = workbench.installed().backends();
        for (String name : backends) {
            requireComparable("--backends", name, installed);
        }
        requireComparable("--reference", reference, installed);
        ComparisonResult result;
        try {
            result = again.isPresent() ? BackendComparison.replayed(again.get(), installed, backends)
                    : onnx != null ? BackendComparison.standard(OnnxNodeTests.in(onnx), installed, backends) : compared(workbench, parts).knowing(known, LocalDate.now());
        } catch (BackendUnavailableException unavailable) {
            throw new BackendUnavailable(unavailable.getMessage(), unavailable);
        }
        common.writeJson(Json.pretty(CompareJson.of(result)), terminal.out());
        if (report != null) {
            ResultOptions.write(report, CompareReport.html(result, typed()));
        }
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(CompareText.of(result, terminal.tableColumns()));
        }
        return result.hasBugs() ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.AS_EXPECTED;
    }

    private static void requireComparable(String option, String name, Backends installed) {
        if (!installed.providers().containsKey(name)) {
            throw new BadInput(option + ": " + BadInput.legal("no backend named", name, installed.providers().keySet()));
        }
        if (installed.roundsFactors(name)) {
            throw new BadInput(Text.format("%s: %s rounds the factors of products more coarsely than f32, and compare asks whether differences are f32's rounding (bench times it)", option, name));
        }
    }

    private ComparisonResult compared(Workbench workbench, Set<Part> parts) {
        BackendComparison.Asked asked = new BackendComparison.Asked(backends, reference, parts, !uncertified, culprits,
                Objects.requireNonNullElse(threads, Runtime.getRuntime().availableProcessors()));
        try (CompareLine progress = new CompareLine(terminal)) {
            return BackendComparison.run(workbench.installed().backends(), workbench.catalog(), asked, common.quiet ? CompareProgress.NONE : progress);
        }
    }
}
