package io.fluxo.experiments.compare;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.compare.drift.Drift;
import io.fluxo.experiments.compare.drift.DriftArm;
import io.fluxo.experiments.compare.drift.DriftResult;
import io.fluxo.experiments.compare.drift.DriftSettings;
import io.fluxo.experiments.compare.invariant.Invariants;
import io.fluxo.experiments.compare.model.Blocks;
import io.fluxo.experiments.compare.model.ModelComparison;
import io.fluxo.experiments.compare.onnx.OnnxNodeTests;
import io.fluxo.experiments.compare.onnx.OnnxTest;
import io.fluxo.experiments.compare.ops.Certificate;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.ops.OperationComparison;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.replay.ReplayFile;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.speed.Speed;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Backends beside a reference, one after the other, part by part. */
public final class BackendComparison {

    /** Exact values and bounds come from this backend. */
    public static final String EXACT = "ejml";

    private static final List<DType> TYPES = List.of(DType.F32, DType.F64);

    private static final List<String> PLACEMENTS = List.of("post", "pre");

    private final Backends installed;
    private final Catalog catalog;
    private final Asked asked;
    private final CompareProgress progress;

    private final List<CompareRow> rows = new ArrayList<>();
    private final List<Certificate.Line> certificate = new ArrayList<>();
    private final List<DriftResult> drift = new ArrayList<>();

    /**
     * What is asked for.
     *
     * @param backends  names of installed ones
     * @param reference what they are compared with; {@link #EXACT} stands for exact values
     * @param certified whether faults are planted, to find out how small a one would be found
     * @param culprits  where operations of a model are kept that are called a bug
     * @param threads   with which speed is measured; all else runs on one
     */
    public record Asked(List<String> backends, String reference, Set<Part> parts, boolean certified, Path culprits, int threads) {}

    private BackendComparison(Backends installed, Catalog catalog, Asked asked, CompareProgress progress) {
        this.installed = installed;
        this.catalog = catalog;
        this.asked = asked;
        this.progress = progress;
    }

    /** @throws BackendUnavailable where a backend that is asked for cannot run here */
    public static ComparisonResult run(Backends installed, Catalog catalog, Asked asked, CompareProgress progress) {
        return new BackendComparison(installed, catalog, asked, progress).compared();
    }

    /** One operation of an earlier comparison again, on each of {@code backends}. */
    public static ComparisonResult replayed(ReplayFile file, Backends installed, List<String> backends) {
        List<CompareRow> rows = new ArrayList<>();
        try (Backend exact = exact(installed)) {
            for (String name : backends) {
                try (Backend backend = installed.open(name, new BackendOptions(file.dtype(), 0, 1))) {
                    rows.add(file.single().on(backend, file.dtype(), exact).at("replay/" + file.what()));
                }
            }
        }
        return ComparisonResult.of(rows);
    }

    /** The ONNX standard's tests of operators, on each of {@code backends}. */
    public static ComparisonResult standard(List<OnnxTest> tests, Backends installed, List<String> backends) {
        List<ComparisonResult.OnnxRow> rows = new ArrayList<>();
        for (String name : backends) {
            try (Backend backend = installed.open(name, new BackendOptions(DType.F32, 0, 1))) {
                tests.forEach(test -> rows.add(new ComparisonResult.OnnxRow(backend.name(), OnnxNodeTests.run(test, backend))));
            }
        }
        return new ComparisonResult(List.of(), List.of(), List.of(), Optional.empty(), rows);
    }

    private static Backend exact(Backends installed) {
        return installed.open(EXACT, new BackendOptions(DType.F64, 0, 1));
    }

    private ComparisonResult compared() {
        try (Backend exact = exact(installed)) {
            for (String name : asked.backends()) {
                for (DType dtype : typesOf(name)) {
                    try (Backend backend = installed.open(name, new BackendOptions(dtype, 0, 1))) {
                        asked.parts().stream().filter(part -> part != Part.SPEED).sorted().forEach(part -> compare(part, name, backend, dtype, exact));
                    }
                }
            }
        }
        Optional<SpeedResult> speed = asked.parts().contains(Part.SPEED) ? Optional.of(speed()) : Optional.empty();
        return new ComparisonResult(rows, certificate, drift, speed, List.of());
    }

    private void compare(Part part, String name, Backend backend, DType dtype, Backend exact) {
        String what = Text.format("%s, %s %s", part.label(), name, dtype.label());
        progress.at(what, 0, 1);
        switch (part) {
            case OPS -> operations(what, backend, dtype, exact);
            case BLOCKS -> blocks(what, backend, dtype, exact);
            case MODEL -> PLACEMENTS.forEach(placement -> rows.addAll(model(placement).compare(backend, dtype, exact, this::kept)));
            case INVARIANTS -> rows.addAll(new Invariants(backend, dtype).compare(() -> installed.open(name, new BackendOptions(dtype, 0, 2))));
            case DRIFT -> drift.add(drift(what, new DriftArm(name, backend, dtype), exact));
            case SPEED -> throw new IllegalArgumentException("speed is measured of all backends at once");
        }
        progress.at(what, 1, 1);
    }

    private void operations(String what, Backend backend, DType dtype, Backend exact) {
        List<OperationCase> cases = OperationCases.all();
        if (asked.reference().equals(EXACT)) {
            operations(what, new OperationComparison(backend, dtype, exact), cases);
        } else {
            try (Backend beside = installed.open(asked.reference(), new BackendOptions(dtype, 0, 1))) {
                operations(what, new OperationComparison(backend, dtype, exact, Optional.of(beside)), cases);
            }
        }
        if (asked.certified() && certificate.isEmpty()) {
            progress.at("certificate", 0, 1);
            certificate.addAll(Certificate.of(backend, dtype, exact, cases));
        }
    }

    private void operations(String what, OperationComparison comparison, List<OperationCase> cases) {
        for (int i = 0; i < cases.size(); i++) {
            progress.at(what, i, cases.size());
            rows.add(comparison.compare(cases.get(i)));
        }
    }

    private void blocks(String what, Backend backend, DType dtype, Backend exact) {
        List<ModelComparison> blocks = Blocks.of(catalog);
        for (int i = 0; i < blocks.size(); i++) {
            progress.at(what, i, blocks.size());
            rows.addAll(blocks.get(i).compare(backend, dtype, exact, this::kept));
        }
    }

    private DriftResult drift(String what, DriftArm tested, Backend exact) {
        DriftArm reference = new DriftArm(EXACT, exact, DType.F64);
        if (tested.dtype() == DType.F64) {
            return Drift.of(tested, List.of(reference), DriftSettings.SHORT, catalog);
        }
        try (Backend same = installed.open(EXACT, new BackendOptions(tested.dtype(), 0, 1))) {
            return Drift.of(tested, List.of(new DriftArm(EXACT, same, tested.dtype()), reference), DriftSettings.SHORT, catalog);
        }
    }

    private SpeedResult speed() {
        return new Speed(installed, catalog).compare(asked.backends(), asked.reference(), List.of(DType.F32), asked.threads(), (what, share) -> progress.at("speed", (int) (100 * share), 100));
    }

    private ModelComparison model(String placement) {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.PLACEMENT, placement).with(ModelSpec.N_LAYERS, 2).with(ModelSpec.D_MODEL, 24).with(ModelSpec.N_HEADS, 3)
                .with(ModelSpec.D_MLP, 40).with(ModelSpec.N_CTX, 13).with(ModelSpec.D_VOCAB, 19);
        return new ModelComparison(spec, catalog, 1);
    }

    /** An operation that is at fault, in a file of its own. */
    private CompareRow kept(CompareRow row, Single operation) {
        Path file = asked.culprits().resolve((row.what() + " " + row.backend() + " " + row.dtype().label()).replaceAll("[^A-Za-z0-9]+", "-") + ".json");
        try {
            new ReplayFile(row.what(), row.dtype(), operation).write(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(Text.format("%s: cannot be written: %s", file, failed.getMessage()), failed);
        }
        return row.replayedFrom(file.toString());
    }

    private List<DType> typesOf(String name) {
        return switch (installed.probe(name).orElseThrow()) {
            case Availability.Available available -> TYPES.stream().filter(available.dtypes()::contains).filter(this::isOfReference).toList();
            case Availability.Unavailable unavailable -> throw new BackendUnavailable(name + ": " + unavailable.reason());
        };
    }

    private boolean isOfReference(DType dtype) {
        return asked.reference().equals(EXACT) || installed.probe(asked.reference()).filter(Availability.Available.class::isInstance)
                .map(found -> ((Availability.Available) found).dtypes()).orElse(Set.of()).contains(dtype);
    }
}
