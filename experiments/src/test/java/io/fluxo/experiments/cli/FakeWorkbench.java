package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.workbench.BackendRow;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import java.util.List;

/** A workbench that trains with whatever executor it is given, under the name {@code simd}. */
record FakeWorkbench(TrialExecutor trains) implements Workbench {

    @Override
    public List<BackendRow> backends() {
        return List.of(new BackendRow("simd", true, "", "2 cores, 16 lanes", List.of("f32"), List.of("linear", "softmax")),
                new BackendRow("cuda", false, "no driver: libcuda.so.1 not found", "", List.of("f32", "bf16"), List.of()));
    }

    @Override
    public OpenBackend open(BackendChoice choice) {
        switch (choice.name()) {
            case "simd" -> { }
            case "cuda" -> throw new BackendUnavailable("backend cuda cannot run here: no driver. Backends: simd (available), cuda (no driver)");
            default -> throw new BadInput(BadInput.legal("unknown backend", choice.name(), List.of("simd", "cuda")));
        }
        return new OpenBackend() {
            @Override
            public String stack() {
                return "autodiff(simd)";
            }

            @Override
            public String dtype() {
                return "f32";
            }

            @Override
            public TrialExecutor executor(java.time.Duration checkpoints) {
                return trains;
            }
        };
    }

    @Override
    public StudyLibrary studies() {
        return StudyLibrary.standard();
    }

    @Override
    public Catalog catalog() {
        return Fixtures.CATALOG;
    }

    @Override
    public io.fluxo.experiments.verify.InstalledParts installed() {
        throw new IllegalStateException("nothing is verified here");
    }

    @Override
    public io.fluxo.experiments.study.trial.ModelSize size(ModelSpec model) {
        long parameters = 12L * model.get(N_LAYERS) * model.get(D_MODEL) * model.get(D_MODEL) + 2L * model.get(D_VOCAB) * model.get(D_MODEL);
        return new io.fluxo.experiments.study.trial.ModelSize(parameters, 3.0 * parameters);
    }

    @Override
    public io.fluxo.experiments.bench.Bench bench(io.fluxo.experiments.bench.BenchCase spec, String backend) {
        throw new IllegalStateException("nothing is timed here");
    }
}
