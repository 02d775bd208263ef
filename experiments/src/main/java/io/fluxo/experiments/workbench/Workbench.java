package io.fluxo.experiments.workbench;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.bench.Bench;
import io.fluxo.experiments.bench.BenchCase;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.verify.InstalledParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.train.TrainingSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/** What the commands need of the rest of the program: everything that is registered, and a way to train. */
public interface Workbench {

    /** What the user should know of what is installed, a line each: files among the plugins that bring nothing. */
    default List<String> warnings() {
        return List.of();
    }

    /** The jars in the folder of plugins: file name → SHA-256 of the content. */
    default SortedMap<String, String> plugins() {
        return Collections.emptySortedMap();
    }

    /** Says whose part went wrong when something does. */
    default Blame blame() {
        return Blame.NOBODY;
    }

    /** Every registered backend, probed but not opened. */
    List<BackendRow> backends();

    /**
     * Opens a backend; called once per run, before anything is written.
     *
     * @throws io.fluxo.experiments.BadInput           if there is no such backend, or it does not compute in that dtype
     * @throws io.fluxo.experiments.BackendUnavailable if it cannot run here
     */
    OpenBackend open(BackendChoice choice);

    /** The parts that a specification may name. */
    Catalog catalog();

    /** Backends and parts themselves: what {@code verify} examines. */
    InstalledParts installed();

    /** Parameters and compute of a model, its vocabulary filled in. */
    ModelSize size(ModelSpec model);

    /**
     * What keeps {@code model}, its vocabulary filled in, from being trained on {@code backend}, as far as it can be said without training: dotted
     * keys and reasons.
     */
    default List<Violation> obstacles(ModelSpec model, TrainingSpec training, BackendChoice backend) {
        return List.of();
    }

    /** {@code spec} on a backend, which is opened when it is timed. */
    Bench bench(BenchCase spec, String backend);

    /** The studies known by name. */
    StudyLibrary studies();

    /** A backend that runs, until it is closed. */
    interface OpenBackend extends AutoCloseable {

        /** The backend with its decorators, as it names itself: {@code autodiff(checked(simd))}. */
        String stack();

        /** The element type it computes in, as it was chosen or by default. */
        String dtype();

        /**
         * May be used by several threads at once.
         *
         * @param checkpoints time between two checkpoints of a trial
         */
        TrialExecutor executor(Duration checkpoints);

        /** The backend by itself, for whoever runs models without training them; the caller closes it. */
        default Backend bare() {
            throw new UnsupportedOperationException("only trains");
        }

        @Override
        default void close() {}
    }
}
