package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.cli.StudyJob.RunSettings;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run as its folder describes it.
 *
 * @param read its study, as {@code study.yaml} says it
 */
record RecordedRun(RunDirectory directory, ObjectNode environment, StudyReader.Read read, RunSettings settings) {

    /**
     * Reads what {@code folder} says.
     *
     * @param job the command that must have made the run
     * @throws BadInput if it is no run, or of another command
     */
    static RecordedRun of(Workbench workbench, Path folder, String job) {
        RunDirectory directory = RunDirectory.resume(folder, job.equals("train"));
        ObjectNode environment = directory.environment();
        String madeBy = environment.path("job").asString("");
        if (madeBy.isEmpty()) {
            throw new BadInput(Text.format("%s: its environment.json does not say which command made the run; begin another", folder));
        }
        if (!madeBy.equals(job)) {
            throw new BadInput(Text.format("%s: was made by '%s %s': continue it with that", folder, Launcher.command(), madeBy));
        }
        StudyReader.Read read = new StudyReader(workbench.catalog(), workbench.studies()::defaults).read(directory.studyFile());
        return new RecordedRun(directory, environment, read, RunSettings.of(environment, directory.root()));
    }
}
