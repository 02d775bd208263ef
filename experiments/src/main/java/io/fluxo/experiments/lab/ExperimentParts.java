package io.fluxo.experiments.lab;

import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.claim.ChapterClaims;
import io.fluxo.experiments.verify.gradient.GradientClaims;
import io.fluxo.experiments.verify.initial.InitialClaims;
import io.fluxo.experiments.verify.mutant.Mutants;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;

/** What Fluxo itself brings for experiments. */
public final class ExperimentParts implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        TaskParts.contributeTo(to);
        StudyLibrary.contributeTo(to);
        ChapterClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        InitialClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        GradientClaims.all().forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        Mutants.all().forEach(mutant -> to.add(Mutant.KIND, mutant.name(), mutant));
    }
}
