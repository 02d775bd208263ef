package io.fluxo.experiments.compare.drift;

import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.plugin.Catalog;
import java.util.ArrayList;
import java.util.List;

/** How fast two backends part that start from the same numbers: over the layers of a deep model, and over the steps of a training. */
public final class Drift {

    private Drift() {}

    /**
     * Trains on the glosses of WordNet.
     *
     * @param references what {@code tested} is put beside, each by itself
     * @param catalog    with the parts of models, trainings and tasks
     */
    public static DriftResult of(DriftArm tested, List<DriftArm> references, DriftSettings settings, Catalog catalog) {
        Task task = new Tasks(catalog).open(TaskSpec.of(catalog), false);
        List<DriftCurve> curves = new ArrayList<>();
        for (String placement : settings.placements()) {
            DepthDrift depth = new DepthDrift(placement, settings.layers(), catalog);
            for (int seed = 1; seed <= settings.seeds(); seed++) {
                curves.addAll(depth.curves(tested, references, seed));
            }
        }
        for (String placement : settings.placements()) {
            TrainingDrift training = new TrainingDrift(placement, settings, task, catalog);
            for (int seed = 1; seed <= settings.seeds(); seed++) {
                curves.addAll(training.curves(tested, references, seed));
            }
        }
        return DriftResult.of(curves);
    }
}
