package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.Course;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.study.work.Heartbeat;
import io.fluxo.experiments.study.work.Leases;
import io.fluxo.experiments.study.work.Shard;
import io.fluxo.experiments.study.work.SharedRunner;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "work", mixinStandardHelpOptions = true,
        description = "Trains trials of a run that 'ablate --begin' has laid out, together with all other processes, on any machines, that work on it.")
final class WorkCommand extends FluxoCommand<WorkOptions> {

    private static final double SHORTEST_SECONDS = 0.01;
    private static final double LONGEST_SECONDS = 3600;

    @Parameters(paramLabel = "RUN", description = "the run's folder")
    private Path asked;

    @Option(names = "--shard", paramLabel = "I/N", description = "begin with every N-th trial, counted from I = 0 … N − 1; then go on with what is left of the others")
    private String shard;

    @Mixin
    private final CheckpointOption checkpoints = new CheckpointOption();

    @Option(names = "--heartbeat", paramLabel = "SECONDS", defaultValue = "10",
            description = "time between two signs of life; who gives none for six of them has lost its trials to others (default: 10)")
    private double heartbeat;

    WorkCommand(Session session) {
        super(session, new WorkOptions());
    }

    @Override
    ExitStatus run() throws Exception {
        checkpoints.check();
        if (!(heartbeat >= SHORTEST_SECONDS && heartbeat <= LONGEST_SECONDS)) {
            throw new BadInput(Text.format("--heartbeat must be at least %s and at most %,.0f seconds, not %s", SHORTEST_SECONDS, LONGEST_SECONDS, heartbeat));
        }
        Shard part = shard == null ? Shard.WHOLE : Shard.parse(shard);
        Workbench workbench = workbench();
        RecordedRun recorded = RecordedRun.of(workbench, asked, "ablate");
        StudyTrials trials = recorded.settings().trials(workbench, recorded.read().study(), recorded.read().locations());
        SameRun same = new SameRun(recorded.directory(), recorded.environment(), trials, workbench);
        same.requireSameInputs();
        same.requireSameBuild();
        Optional<Course> course = work(workbench, recorded, trials, part);
        course.ifPresent(this::tell);
        return course.isPresent() ? ExitStatus.AS_EXPECTED : ExitStatus.INTERRUPTED;
    }

    private Optional<Course> work(Workbench workbench, RecordedRun recorded, StudyTrials trials, Shard part) throws Exception {
        StudyJob.Shares shares = StudyJob.Shares.of(common.jobs == null ? 0 : common.jobs, trials.all().size(), common.threads);
        RunDirectory directory = recorded.directory();
        try (Workbench.OpenBackend backend = workbench.open(recorded.settings().choice(shares.threads()));
             Leases leases = Leases.of(directory, new Heartbeat(Duration.ofNanos((long) (heartbeat * 1e9))));
             Interruption.StoppableWork work = interruption.work()) {
            SharedRunner runner = new SharedRunner(new SharedRunner.Crew(backend.executor(checkpoints.time()), shares.jobs(), part, directory, leases),
                    () -> StudyJob.progress(common, terminal));
            work.stoppedBy(runner::cancel, "all steps that were done are kept, and others may go on from them: " + again(directory));
            return Optional.of(Course.run(trials, runner));
        } catch (RunStopped stopped) {
            return Optional.empty();
        }
    }

    private String again(RunDirectory directory) {
        List<String> arguments = new ArrayList<>(List.of("work", directory.root().toString()));
        if (common.plugins != null) {
            arguments.addAll(List.of("--plugins", common.plugins.toString()));
        }
        return Launcher.line(arguments);
    }

    private void tell(Course course) {
        for (TrialResult result : course.all()) {
            if (result.outcome() == TrialStatus.FAILED) {
                terminal.err().println(Text.format("fluxo: trial %s failed: %s", result.trial().id(), result.message()));
            }
        }
        terminal.out().println(Text.format("every trial has its result; to judge them: %s", Launcher.line(List.of("ablate", "--collect", asked))));
    }
}
