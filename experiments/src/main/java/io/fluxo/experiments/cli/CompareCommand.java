package io.fluxo.experiments.cli;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.CompareJson;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.onnx.OnnxNodeTests;
import io.fluxo.experiments.compare.onnx.OnnxTest;
import io.fluxo.experiments.compare.ops.Certificate;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.ops.OperationComparison;
import io.fluxo.experiments.file.Json;
import io.fluxo.tensor.DType;
import java.nio.file.Path;
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

    private static final List<DType> TYPES = List.of(DType.F32, DType.F64);

    @Option(names = "--backends", paramLabel = "NAME", split = ",", defaultValue = "simd", description = "backends to compare (default: ${DEFAULT-VALUE})")
    private List<String> backends;

    @Option(names = "--reference", paramLabel = "NAME", defaultValue = EXACT,
            description = "what they are compared with; " + EXACT + " stands for exact values (default: ${DEFAULT-VALUE})")
    private String reference;

    @Option(names = "--what", paramLabel = "WHAT", defaultValue = "ops", description = "ops: every operation, forward and gradient (default: ${DEFAULT-VALUE})")
    private String what;

    @Option(names = "--onnx", paramLabel = "DIR", description = "run the ONNX standard's tests of operators that lie in this folder, instead")
    private Path onnx;

    @Option(names = "--no-certificate", description = "do not plant faults to find out how small a one would be found")
    private boolean uncertified;

    CompareCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        if (!what.equals("ops")) {
            throw new BadInput("--what: " + BadInput.legal("nothing is compared that is called", what, List.of("ops")));
        }
        Backends installed = workbench().installed().backends();
        for (String name : backends) {
            requireKnown("--backends", name, installed);
        }
        requireKnown("--reference", reference, installed);
        ComparisonResult result = onnx == null ? compared(installed) : standard(OnnxNodeTests.in(onnx), installed);
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

    private ComparisonResult compared(Backends installed) {
        List<OperationCase> cases = OperationCases.all();
        List<CompareRow> rows = new ArrayList<>();
        List<Certificate.Line> certificate = new ArrayList<>();
        try (Backend exact = installed.open(EXACT, new BackendOptions(DType.F64, 0, 1))) {
            for (String name : backends) {
                for (DType dtype : typesOf(name, installed)) {
                    try (Backend backend = installed.open(name, new BackendOptions(dtype, 0, 1))) {
                        compare(installed, backend, dtype, exact, cases, rows);
                        if (!uncertified && certificate.isEmpty()) {
                            certificate.addAll(Certificate.of(backend, dtype, exact, cases));
                        }
                    }
                }
            }
        } catch (BackendUnavailableException unavailable) {
            throw new BackendUnavailable(unavailable.getMessage(), unavailable);
        }
        return new ComparisonResult(rows, certificate, List.of());
    }

    private ComparisonResult standard(List<OnnxTest> tests, Backends installed) {
        List<ComparisonResult.OnnxRow> rows = new ArrayList<>();
        for (String name : backends) {
            try (Backend backend = installed.open(name, new BackendOptions(DType.F32, 0, 1))) {
                tests.forEach(test -> rows.add(new ComparisonResult.OnnxRow(backend.name(), OnnxNodeTests.run(test, backend))));
            } catch (BackendUnavailableException unavailable) {
                throw new BackendUnavailable(unavailable.getMessage(), unavailable);
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
