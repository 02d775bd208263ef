package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.cli.StudyJob.Finished;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import io.fluxo.train.LearningRate;
import io.fluxo.train.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "train", mixinStandardHelpOptions = true,
        description = "Trains one model from a YAML file (a study without 'vary') and writes it to --out as a model directory.")
final class TrainCommand extends StudyCommand {

    @Parameters(arity = "0..1", paramLabel = "SPEC", description = "a YAML file")
    private String asked;

    @Option(names = "--export", paramLabel = "DIR",
            description = "write the trained model to DIR as well, in Hugging Face's layout: as gpt2, llama or bert, whichever it is built like")
    private Path export;

    TrainCommand(Session session) {
        super("train", session);
    }

    @Override
    ExitStatus run() throws Exception {
        if (asked == null && resume == null) {
            throw new BadInput("train: give a YAML file, or --resume DIR");
        }
        Workbench workbench = workbench();
        Request request = request(workbench, asked);
        StudyTrials trials = trials(workbench, request);
        if (export != null) {
            requireExportable(trials, workbench.catalog()); // before it is trained
        }
        Optional<Finished> finished = job(workbench, request, trials, 1, new Engine.Here()).run();
        return finished.map(done -> tell(done, workbench.catalog())).orElse(ExitStatus.INTERRUPTED);
    }

    private void requireExportable(StudyTrials trials, Catalog catalog) {
        try {
            ModelDirectory.requireExportable(export, trials.all().getFirst().trial().model(), catalog);
        } catch (CheckpointException shapeless) {
            throw new BadInput("--export " + shapeless.getMessage(), shapeless);
        }
    }

    /** One model has one seed and no verdict. */
    @Override
    Study changed(Study study, Changes changes) {
        if (study.compares() || study.trialCount() > study.seeds()) {
            String what = study.compares() ? "varies " + String.join(" and ", study.axes().keySet()) : "tunes " + String.join(" and ", study.tune().keys());
            throw new BadInput(Text.format("train: '%s' %s, which makes several models: use ablate", study.name(), what));
        }
        if (!study.conditions().isEmpty()) {
            throw new BadInput(Text.format("train: '%s' has conditions, which are judged by ablate alone: use that, or leave them out", study.name()));
        }
        return super.changed(study, changes).withSeeds(1).asking(study.question(), study.hypothesis(), StudyVerdict.INCONCLUSIVE);
    }

    /** A training may continue to more steps if its steps so far would be the same in the longer training, which the learning rate decides. */
    @Override
    Study withMoreSteps(Study began, Catalog catalog) {
        int done = began.training().get(STEPS);
        if (steps == null || steps == done) {
            return began;
        }
        if (steps < done) {
            throw new BadInput(Text.format("--resume %s: --steps %,d: the run is one of %,d steps; it can be given more, not fewer", resume, steps, done));
        }
        TrainingSpec longer = began.training().with(TrainingSpec.STEPS, steps);
        if (!LearningRate.of(longer, catalog).agrees(LearningRate.of(began.training(), catalog), done)) {
            throw new BadInput(Text.format("--resume %s: --steps %,d: with the schedule %s the learning rate depends on training.steps, and the first %,d steps"
                    + " of such a run would have had other rates; begin another run", resume, steps, Values.label(longer.get(SCHEDULE)), done));
        }
        return began.withTraining(longer);
    }

    private ExitStatus tell(Finished finished, Catalog catalog) {
        StudyResult result = finished.result();
        boolean trained = result.variants().getFirst().trials().getFirst().outcome() == TrialStatus.FINISHED;
        Optional<String> exported = export != null && trained ? Optional.of(ModelDirectory.export(finished.directory().root(), export, catalog)) : Optional.empty();
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(StudyText.table(result, terminal.tableColumns()) + StudyText.notProved(result));
            Path root = finished.directory().root();
            terminal.out().println();
            if (Files.exists(root.resolve(ModelDirectory.CONFIG))) { // counts, and what diverged or failed, leave no model
                terminal.out().println("model: " + root);
            }
            exported.ifPresent(architecture -> terminal.out().println(Text.format("exported as %s: %s", architecture, export)));
            terminal.out().println("report: " + finished.directory().report());
        }
        return trained ? ExitStatus.AS_EXPECTED : ExitStatus.NOT_AS_EXPECTED;
    }
}
