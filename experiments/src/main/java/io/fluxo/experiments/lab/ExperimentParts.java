package io.fluxo.experiments.lab;

import io.fluxo.experiments.inspect.measure.InstrumentMeasures;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.algebra.AlgebraClaims;
import io.fluxo.experiments.verify.claim.ChapterClaims;
import io.fluxo.experiments.verify.collapse.CollapseClaims;
import io.fluxo.experiments.verify.gradient.GradientClaims;
import io.fluxo.experiments.verify.initial.InitialClaims;
import io.fluxo.experiments.verify.mutant.Mutants;
import io.fluxo.experiments.verify.stack.StackClaims;
import io.fluxo.experiments.verify.trained.TrainedClaims;
import io.fluxo.experiments.verify.trained.VariantsTrained;
import io.fluxo.experiments.verify.variant.VariantClaims;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;
import java.util.List;
import java.util.stream.Stream;

/** What Fluxo itself brings for experiments. */
public final class ExperimentParts implements FluxoPlugin {

    @Override
    public void contribute(Contributions to) {
        TaskParts.contributeTo(to);
        StudyLibrary.contributeTo(to);
        InstrumentMeasures.contributeTo(to);
        Stream.of(ChapterClaims.all(), AlgebraClaims.all(), VariantClaims.all(), StackClaims.all(), InitialClaims.all(), CollapseClaims.all(), GradientClaims.all(), TrainedClaims.all(),
                VariantsTrained.all()).flatMap(List::stream).forEach(claim -> to.add(Claim.KIND, claim.id(), claim));
        Mutants.all().forEach(mutant -> to.add(Mutant.KIND, mutant.name(), mutant));
    }
}
