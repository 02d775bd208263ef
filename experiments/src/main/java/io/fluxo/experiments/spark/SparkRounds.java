package io.fluxo.experiments.spark;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.run.RoundRunner;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.run.RunWatch;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/** Has each round's trials trained by Spark, one a task. Results come back with the answers, so that a file system which shows files late does no harm. */
public final class SparkRounds implements RoundRunner {

    private static final long LOOK = 300;

    private final SparkDriver driver;
    private final RunDirectory directory;
    private final Errand errand;
    private final Supplier<StudyProgress> progresses;
    private final Runnable waiting;
    private final String continuing;
    private final Set<Trial> recorded = new HashSet<>();

    /**
     * @param plugins    the folder of plugins
     * @param waiting    called now and then while there is no executor
     * @param continuing the command that goes on with the run
     */
    public SparkRounds(SparkDriver driver, RunDirectory directory, Optional<Path> plugins, long seed, BackendChoice backend, Duration checkpoints,
                       Supplier<StudyProgress> progresses, Runnable waiting, String continuing) {
        this.driver = driver;
        this.directory = new RunDirectory(directory.root().toAbsolutePath().normalize(), directory.modelAtRoot());
        this.errand = new Errand(this.directory.root(), plugins.map(folder -> folder.toAbsolutePath().normalize()), seed, backend, checkpoints, "");
        this.progresses = progresses;
        this.waiting = waiting;
        this.continuing = continuing;
    }

    @Override
    public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException {
        Map<Trial, TrialResult> results = new HashMap<>();
        List<PreparedTrial> open = new ArrayList<>();
        for (PreparedTrial prepared : round) {
            Optional<TrialResult> result = directory.result(prepared.trial());
            result.ifPresentOrElse(done -> keep(done, true, results), () -> open.add(prepared));
        }
        try (StudyProgress progress = progresses.get()) {
            RunWatch watch = new RunWatch(open, directory, progress);
            long steps = open.stream().mapToLong(prepared -> prepared.trial().training().get(STEPS)).sum() - watch.stepsBefore();
            progress.begin(round.size(), round.size() - open.size(), steps);
            for (int i = 0; i < open.size(); i++) {
                driver.send(i, errand.to(open.get(i).trial().id()));
            }
            while (results.size() < round.size()) {
                Optional<SparkDriver.Said> said = driver.next(LOOK, waiting);
                watch.look();
                if (said.isPresent()) {
                    Trial trial = open.get(said.get().errand()).trial();
                    watch.look(trial);
                    progress.finished(take(said.get(), trial, results));
                }
            }
        }
        return round.stream().map(prepared -> results.get(prepared.trial())).toList();
    }

    private TrialResult take(SparkDriver.Said said, Trial trial, Map<Trial, TrialResult> results) {
        return switch (said) {
            case SparkDriver.Said.Answered(int _, String text) -> switch (Answer.parse(text)) {
                case Answer.Result(String result, boolean isRecorded) ->
                        keep(TrialRecord.read(directory.record(trial), result, trial), isRecorded, results);
                case Answer.Refused(String why) -> throw new BackendUnavailable("--engine spark: " + why);
            };
            case SparkDriver.Said.Lost(int _, String why) -> keep(lost(trial, why), false, results);
            default -> throw new IllegalStateException("said of no trial: " + said);
        };
    }

    private TrialResult keep(TrialResult result, boolean isRecorded, Map<Trial, TrialResult> results) {
        if (isRecorded) {
            recorded.add(result.trial());
        }
        results.put(result.trial(), result);
        return result;
    }

    /** Spark tried it as often as it does: the trial has failed for now. */
    private static TrialResult lost(Trial trial, String why) {
        return new TrialResult(trial, TrialStatus.FAILED, Double.NaN, OptionalDouble.empty(), 0, 0, 0, new Proofs(List.of(), List.of()), Map.of(),
                Findings.NONE, "Spark gave it up: " + why);
    }

    @Override
    public void requireRecorded(List<TrialResult> results) {
        results.stream().filter(result -> !recorded.contains(result.trial())).findFirst().ifPresent(result -> {
            throw RoundRunner.unrecorded(result, continuing);
        });
    }
}
