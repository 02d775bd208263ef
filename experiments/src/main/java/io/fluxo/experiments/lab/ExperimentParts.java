package io.fluxo.experiments.lab;

import io.fluxo.experiments.inspect.measure.InstrumentMeasures;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.algebra.AlgebraClaims;
import io.fluxo.experiments.verify.claim.ChapterClaims;
import io.fluxo.experiments.verify.initial.InitialClaims;
import io.fluxo.experiments.verify.mutant.Mutants;
import io.fluxo.experiments.verify.trained.TrainedClaims;
import io.fluxo.experiments.verify.trained.VariantsTrained;
import io.fluxo.experiments.verify.variant.VariantClaims;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** What Fluxo itself brings for experiments. */
public final class ExperimentParts implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        TaskParts.contributeTo(to);
        StudyLibrary.contributeTo(to);
        InstrumentMeasures.contributeTo(to);
        ChapterClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        AlgebraClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        InitialClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        VariantClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        TrainedClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        VariantsTrained.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        Mutants.all().forEach(mutant -> to.add(Mutant.KIND, mutant.name(), mutant));
    }
}
