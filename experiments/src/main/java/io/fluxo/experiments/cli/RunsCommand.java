package io.fluxo.experiments.cli;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.history.Run;
import io.fluxo.experiments.history.RunDifferences;
import io.fluxo.experiments.history.Runs;
import io.fluxo.experiments.history.RunsJson;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.workbench.Workbench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "runs", mixinStandardHelpOptions = true,
        description = "Lists the runs in a folder; or says in what two or more runs differ: their studies, how they were made, and their results.")
final class RunsCommand extends FluxoCommand<ResultOptions> {

    private static final Path RUNS = Path.of("runs");

    @Parameters(arity = "0..*", paramLabel = "DIR", description = "a folder of runs to list (default: runs); or two or more runs to compare, by folder or by name in runs/")
    private List<Path> folders = List.of();

    RunsCommand(Session session) {
        super(session, new ResultOptions());
    }

    @Override
    ExitStatus run() {
        Workbench workbench = workbench();
        StudyReader reader = new StudyReader(workbench.catalog(), workbench.studies()::defaults);
        if (folders.size() < 2) {
            list(Runs.in(folders.isEmpty() ? RUNS : named(folders.getFirst()), reader));
        } else {
            compare(RunDifferences.of(folders.stream().map(folder -> Run.read(named(folder), reader)).toList()));
        }
        return ExitStatus.AS_EXPECTED;
    }

    /** A run may be given by its name alone. */
    private static Path named(Path folder) {
        return Optional.of(RUNS.resolve(folder)).filter(run -> !Files.exists(folder) && Files.isDirectory(run)).orElse(folder);
    }

    private void list(Runs runs) {
        runs.skipped().forEach(why -> terminal.err().println("fluxo: skipped: " + why));
        common.writeJson(Json.pretty(RunsJson.list(runs)), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(RunsText.list(runs, terminal.tableColumns()));
        }
    }

    private void compare(RunDifferences differences) {
        common.writeJson(Json.pretty(RunsJson.differences(differences)), terminal.out());
        if (!common.jsonToStandardOutput()) {
            terminal.out().print(RunsText.differences(differences, terminal.tableColumns()));
        }
    }
}
