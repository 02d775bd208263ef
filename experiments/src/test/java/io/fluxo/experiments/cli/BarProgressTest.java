package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BarProgressTest {

    private static final int COLUMNS = 60;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void whatIsFinishedStaysAboveTheBar() {
        Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
        try (BarProgress progress = new BarProgress(new PrintStream(written, true, StandardCharsets.UTF_8), COLUMNS, Drawing.of(Optional.empty(), "UTF-8"))) {
            progress.begin(4, 2, 60);
            progress.resumed(trial, 7);
            progress.step(trial, new StepMetrics(8, 2.5, 1e-3));
            progress.finished(new TrialResult(trial, TrialStatus.FINISHED, 1.25, OptionalDouble.empty(), 10, 30, 4, Proofs.NONE, Map.of(), Findings.NONE, ""));
        }
        List<String> screen = screen();
        assertThat(screen).startsWith("2 of 4 trials are finished already, 60 steps to go", "placement=pre,seed=1 goes on after step 7",
                "3 of 4: placement=pre,seed=1 finished, final loss 1.250 (4.0 s)");
        assertThat(screen.getLast()).as("the bar is gone in the end").isBlank();
        assertThat(written.toString(StandardCharsets.UTF_8)).contains("8/60").contains("estimating");
    }

    /** What a terminal shows in the end: behind a carriage return, what is written takes the place of what stood there. */
    private List<String> screen() {
        return Arrays.stream(written.toString(StandardCharsets.UTF_8).split(System.lineSeparator(), -1)).map(BarProgressTest::shown).toList();
    }

    private static String shown(String line) {
        StringBuilder shown = new StringBuilder();
        for (String part : line.split("\r")) {
            shown.replace(0, Math.min(part.length(), shown.length()), part);
        }
        return shown.toString().stripTrailing();
    }
}
