package io.fluxo.train;

import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** The parts that Fluxo itself brings for training. */
public final class TrainingParts implements FluxoPlugin {

    /** These parts and those for models: all that core brings. */
    public static final Catalog CATALOG = Catalog.of(new ModelParts(), new TrainingParts());

    @Override
    public void contribute(Contributions to) {
        to.add(OptimizerKind.KIND, "sgd", OptimizerKind.SGD);
        to.add(OptimizerKind.KIND, "adam", OptimizerKind.ADAM);
        to.add(OptimizerKind.KIND, "adamw", OptimizerKind.ADAMW);
        to.add(OptimizerKind.KIND, "muon", new Muon(Muon.MOMENTUM.standard(), Muon.MATRICES.standard()));
        to.add(Schedule.KIND, "constant", Schedule.CONSTANT);
        to.add(Schedule.KIND, "cosine", Schedule.COSINE);
        Measures.BUILT_IN.forEach(measure -> to.add(Measure.KIND, measure.label(), measure));
    }
}
