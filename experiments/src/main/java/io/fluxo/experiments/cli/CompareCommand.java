package io.fluxo.experiments.cli;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.CompareJson;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.replay.ReplayFile;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.invariant.Invariants;
import io.fluxo.experiments.compare.model.ModelComparison;
import io.fluxo.experiments.compare.onnx.OnnxNodeTests;
import io.fluxo.experiments.compare.onnx.OnnxTest;
import io.fluxo.experiments.compare.ops.Certificate;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.ops.OperationComparison;
import io.fluxo.experiments.compare.waiver.Waivers;
import io.fluxo.experiments.file.Json;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code compare}: backends beside a reference, operation by operation. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = "Compares backends with a reference, operation by operation: is a difference rounding, or a bug, and how small a bug would be found?")
final class CompareCommand extends FluxoCommand<ResultOptions> {

    /** Exact values and bounds come from it. */
    private static final String EXACT = "ejml";

    private static final List<String> MODELS = List.of("post", "pre");

    private static final List<String> WHAT = List.of("ops", "model", "invariants");

    private static final List<DType> TYPES = List.of(DType.F32, DType.F64);

    @Option(names = "--backends", paramLabel = "NAME", split = ",", defaultValue = "simd", description = "backends to compare (default: ${DEFAULT-VALUE})")
    private List<String> backends;

    @Option(names = "--reference", paramLabel = "NAME", defaultValue = EXACT,
            description = "what they are compared with; " + EXACT + " stands for exact values (default: ${DEFAULT-VALUE})")
    private String reference;

    @Option(names = "--what", paramLabel = "WHAT",
            description = "ops: every operation, forward and gradient; model: a post-norm and a pre-norm model, hook by hook and operation by operation; invariants: what needs no "
                    + "reference, and the order of sums (default: all)")
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

    @Option(names = "--no-certificate", description = "do not plant faults to find out how small a one would be found")
    private boolean uncertified;

    CompareCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        if (what != null && !WHAT.contains(what)) {
            throw new BadInput("--what: " + BadInput.legal("nothing is compared that is called", what, WHAT));
        }
        Waivers known = waivers == null ? Waivers.NONE : Waivers.read(waivers);
        Optional<ReplayFile> again = Optional.ofNullable(replay).map(ReplayFile::read);
        Backends installed = workbench().installed().backends();
        for (String name : backends) {
            requireKnown("--backends", name, installed);
        }
        requireKnown("--reference", reference, installed);
        ComparisonResult result;
        try {
            result = again.isPresent() ? replayed(again.get(), installed) : onnx == null ? compared(installed, known) : standard(OnnxNodeTests.in(onnx), installed);
        } catch (BackendUnavailableException unavailable) {
            throw new BackendUnavailable(unavailable.getMessage(), unavailable);
        }
        common.writeJson(Json.pretty(CompareJson.of(result)), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(CompareText.of(result, terminal.tableColumns()));
        }
        return result.hasBugs() ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.AS_EXPECTED;
    }

    private static void requireKnown(String option, String name, Backends installed) {
        if (!installed.providers().containsKey(name)) {
            throw new BadInput(option + ": " + BadInput.legal("no backend named", name, installed.providers().keySet()));
        }
    }

    private ComparisonResult compared(Backends installed, Waivers known) {
        List<OperationCase> cases = OperationCases.all();
        List<CompareRow> rows = new ArrayList<>();
        List<Certificate.Line> certificate = new ArrayList<>();
        try (Backend exact = installed.open(EXACT, new BackendOptions(DType.F64, 0, 1))) {
            for (String name : backends) {
                for (DType dtype : typesOf(name, installed)) {
                    try (Backend backend = installed.open(name, new BackendOptions(dtype, 0, 1))) {
                        if (isAsked("ops")) {
                            compare(installed, backend, dtype, exact, cases, rows);
                            if (!uncertified && certificate.isEmpty()) {
                                certificate.addAll(Certificate.of(backend, dtype, exact, cases));
                            }
                        }
                        if (isAsked("model")) {
                            MODELS.forEach(placement -> rows.addAll(model(placement).compare(backend, dtype, exact, this::kept)));
                        }
                        if (isAsked("invariants")) {
                            rows.addAll(new Invariants(backend, dtype).compare(() -> installed.open(name, new BackendOptions(dtype, 0, 2))));
                        }
                    }
                }
            }
        }
        return new ComparisonResult(known.applied(rows, LocalDate.now()), certificate, List.of());
    }

    private boolean isAsked(String part) {
        return what == null || what.equals(part);
    }

    private ModelComparison model(String placement) {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.PLACEMENT, placement).with(ModelSpec.N_LAYERS, 2).with(ModelSpec.D_MODEL, 24).with(ModelSpec.N_HEADS, 3)
                .with(ModelSpec.D_MLP, 40).with(ModelSpec.N_CTX, 13).with(ModelSpec.D_VOCAB, 19);
        return new ModelComparison(spec, workbench().catalog(), 1);
    }

    /** An operation that is at fault, in a file of its own. */
    private CompareRow kept(CompareRow row, Single operation) {
        Path file = culprits.resolve((row.what() + " " + row.backend() + " " + row.dtype().label()).replaceAll("[^A-Za-z0-9]+", "-") + ".json");
        try {
            new ReplayFile(row.what(), row.dtype(), operation).write(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(Text.format("%s: cannot be written: %s", file, failed.getMessage()), failed);
        }
        return row.replayedFrom(file.toString());
    }

    private ComparisonResult replayed(ReplayFile file, Backends installed) {
        List<CompareRow> rows = new ArrayList<>();
        try (Backend exact = installed.open(EXACT, new BackendOptions(DType.F64, 0, 1))) {
            for (String name : backends) {
                try (Backend backend = installed.open(name, new BackendOptions(file.dtype(), 0, 1))) {
                    rows.add(file.single().on(backend, file.dtype(), exact).at("replay/" + file.what()));
                }
            }
        }
        return new ComparisonResult(rows, List.of(), List.of());
    }

    private ComparisonResult standard(List<OnnxTest> tests, Backends installed) {
        List<ComparisonResult.OnnxRow> rows = new ArrayList<>();
        for (String name : backends) {
            try (Backend backend = installed.open(name, new BackendOptions(DType.F32, 0, 1))) {
                tests.forEach(test -> rows.add(new ComparisonResult.OnnxRow(backend.name(), OnnxNodeTests.run(test, backend))));
            }
        }
        return new ComparisonResult(List.of(), List.of(), rows);
    }

    private void compare(Backends installed, Backend backend, DType dtype, Backend exact, List<OperationCase> cases, List<CompareRow> rows) {
        if (reference.equals(EXACT)) {
            OperationComparison comparison = new OperationComparison(backend, dtype, exact);
            cases.forEach(one -> rows.add(comparison.compare(one)));
            return;
        }
        try (Backend beside = installed.open(reference, new BackendOptions(dtype, 0, 1))) {
            OperationComparison comparison = new OperationComparison(backend, dtype, exact, Optional.of(beside));
            cases.forEach(one -> rows.add(comparison.compare(one)));
        }
    }

    private List<DType> typesOf(String name, Backends installed) {
        return switch (installed.probe(name).orElseThrow()) {
            case Availability.Available available -> TYPES.stream().filter(available.dtypes()::contains).filter(dtype -> isOfReference(dtype, installed)).toList();
            case Availability.Unavailable unavailable -> throw new BackendUnavailable(name + ": " + unavailable.reason());
        };
    }

    private boolean isOfReference(DType dtype, Backends installed) {
        return reference.equals(EXACT) || installed.probe(reference).filter(Availability.Available.class::isInstance)
                .map(found -> ((Availability.Available) found).dtypes()).orElse(Set.of()).contains(dtype);
    }
}
