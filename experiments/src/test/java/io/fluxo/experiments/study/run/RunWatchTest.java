package io.fluxo.experiments.study.run;

import static io.fluxo.experiments.Fixtures.SMALL;
import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunWatchTest implements StudyProgress {

    @TempDir
    Path folder;

    private final List<PreparedTrial> trials = Trials.prepare(Trials.of(study(SMALL), 1), new Tasks(Fixtures.CATALOG), Locations.of("small")).subList(0, 1);
    private final List<Integer> told = new ArrayList<>();
    private RunDirectory directory;
    private Path log;

    @Override
    public void step(Trial trial, StepMetrics metrics) {
        told.add(metrics.step());
        assertThat(metrics.loss()).isEqualTo(metrics.step() / 2.0);
    }

    @BeforeEach
    void aRun() throws IOException {
        directory = RunDirectory.create(folder.resolve("run"), false);
        directory.prepare(trials.getFirst().trial());
        log = directory.metrics(trials.getFirst().trial());
    }

    @Test
    void stepsAreToldAsTheirLinesAreWhole() throws IOException {
        RunWatch watch = watch();
        watch.look();
        append(lines(1, 2) + "{\"step\": 3, \"lo");
        watch.look();
        assertThat(told).containsExactly(1, 2);
        append("ss\": 1.5, \"lr\": 1}\n" + lines(4, 4));
        watch.look();
        watch.look();
        assertThat(told).containsExactly(1, 2, 3, 4);
    }

    /** Another executor goes on from a checkpoint, or begins at the first step: what was told is not told again. */
    @Test
    void aStepThatIsDoneAgainIsNotToldAgain() throws IOException {
        RunWatch watch = watch();
        append(lines(1, 5));
        watch.look();
        Files.writeString(log, lines(1, 2));
        watch.look();
        append(lines(3, 6));
        watch.look();
        Files.delete(log);
        watch.look();
        Files.writeString(log, lines(1, 7));
        watch.look();
        assertThat(told).containsExactly(1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void stepsOfBeforeCountIfTheTrialGoesOnFromThem() throws IOException {
        append(lines(1, 3));
        assertThat(watch().stepsBefore()).as("without a checkpoint").isZero();
        Files.writeString(directory.checkpoint(trials.getFirst().trial()), "");
        RunWatch watch = watch();
        assertThat(watch.stepsBefore()).isEqualTo(3);
        append(lines(4, 4));
        watch.look();
        assertThat(told).containsExactly(4);
    }

    private RunWatch watch() {
        return new RunWatch(trials, directory, this);
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int step = from; step <= to; step++) {
            lines.append("{\"step\": ").append(step).append(", \"loss\": ").append(step / 2.0).append(", \"lr\": 1}\n");
        }
        return lines.toString();
    }
}
