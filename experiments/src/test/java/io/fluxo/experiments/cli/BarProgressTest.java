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
import java.util.ArrayList;
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

    /** A terminal of rows, as far as progress uses one: what is written is shown where the cursor is, which carriage returns, line ends and "up" move. */
    private static final class Screen {

        private final List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
        private int row;
        private int column;
        private int widest;

        Screen show(String text) {
            for (int i = 0; i < text.length(); i++) {
                switch (text.charAt(i)) {
                    case '\r' -> column = 0;
                    case '\n' -> {
                        row++;
                        column = 0;
                        while (rows.size() <= row) {
                            rows.add(new StringBuilder());
                        }
                    }
                    case '\u001b' -> {
                        if (text.startsWith("\u001b[A", i)) {
                            row--;
                        } else {
                            assertThat(text.substring(i)).startsWith("\u001b[J");
                            rows.get(row).setLength(Math.min(column, rows.get(row).length()));
                            rows.subList(row + 1, rows.size()).clear();
                        }
                        i += 2;
                    }
                    default -> {
                        StringBuilder line = rows.get(row);
                        line.append(" ".repeat(Math.max(0, column + 1 - line.length()))).setCharAt(column++, text.charAt(i));
                        widest = Math.max(widest, column);
                    }
                }
            }
            return this;
        }

        List<String> rows() {
            return rows.stream().map(line -> line.toString().stripTrailing()).toList();
        }
    }

    private static TrialResult result(Trial trial) {
        return new TrialResult(trial, TrialStatus.FINISHED, 1.25, OptionalDouble.empty(), 10, 30, 4, Proofs.NONE, Map.of(), Findings.NONE, "");
    }

    @Test
    void eachRunningTrialHasTheCourseOfItsLossInALineAndIsGoneWhenItIsFinished() {
        List<Trial> trials = Trials.of(Fixtures.study(Fixtures.SMALL), 1);
        for (int columns : new int[] {80, 40, 20}) {
            written.reset();
            PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
            LiveLine line = new LiveLine(out, columns);
            TrialLine first = new TrialLine(trials.getFirst());
            for (int step = 1; step <= 8; step++) {
                first.step(new StepMetrics(step, 9 - step, 1e-3));
            }
            Drawing drawing = Drawing.of(Optional.of("xterm"), "UTF-8");
            line.accept("the bar");
            line.over(List.of(first.within(columns - 1, 21, drawing), "another"));
            line.accept("the bar");
            line.above("1 of 4: finished");
            line.over(List.of("another"));
            line.accept("the bar");
            Screen screen = new Screen().show(written.toString(StandardCharsets.UTF_8));
            assertThat(screen.rows()).containsExactly("1 of 4: finished", "another", "the bar");
            assertThat(screen.widest).isLessThan(columns);
            assertThat(first.within(columns - 1, 21, drawing).length()).isLessThan(columns);
            line.close();
            assertThat(new Screen().show(written.toString(StandardCharsets.UTF_8)).rows()).containsExactly("1 of 4: finished", "");
        }
    }

    private void awaitWritten(String text) throws InterruptedException {
        for (int waited = 0; waited < 500 && !written.toString(StandardCharsets.UTF_8).contains(text); waited++) {
            Thread.sleep(20);
        }
    }

    @Test
    void theBarShowsRunningTrialsWhereTheCursorMovesAndNoneElsewhere() throws Exception {
        Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
        for (String terminal : new String[] {"xterm", "dumb"}) {
            written.reset();
            try (BarProgress progress = new BarProgress(new PrintStream(written, true, StandardCharsets.UTF_8), 80, Drawing.of(Optional.of(terminal), "UTF-8"))) {
                progress.begin(4, 0, 120);
                progress.step(trial, new StepMetrics(1, 2.5, 1e-3));
                awaitWritten("1/120"); // the library writes now and then, in a thread of its own
                progress.finished(result(trial));
            }
            String text = written.toString(StandardCharsets.UTF_8);
            assertThat(text.contains("▁  ") && text.contains("\u001b[A")).as(terminal).isEqualTo(terminal.equals("xterm"));
            assertThat(text.contains("\u001b")).as(terminal).isEqualTo(terminal.equals("xterm"));
            assertThat(new Screen().show(text).rows()).contains("1 of 4: placement=pre,seed=1 finished, final loss 1.250 (4.0 s)");
        }
    }

    @Test
    void theCourseOfALossFitsHoweverManyStepsThereAre() {
        Drawing blocks = Drawing.of(Optional.of("xterm"), "UTF-8");
        LossTrace trace = new LossTrace();
        assertThat(trace.line(8, blocks.heights())).isEmpty();
        for (int step = 0; step < 8; step++) {
            trace.add(8 - step);
        }
        assertThat(trace.line(8, blocks.heights())).isEqualTo("█▇▆▅▄▃▂▁");
        assertThat(trace.line(4, blocks.heights())).as("means").isEqualTo("█▆▄▂");
        assertThat(trace.line(8, Drawing.of(Optional.of("xterm"), "US-ASCII").heights())).isEqualTo("#*+=~-._");
        trace.add(Double.NaN);
        assertThat(trace.line(80, blocks.heights())).hasSize(8);
        LossTrace level = new LossTrace();
        for (int step = 0; step < 100_000; step++) {
            level.add(1);
        }
        assertThat(level.line(10, blocks.heights())).isEqualTo("▁".repeat(10));
    }

    @Test
    void whatATerminalCanDrawIsSaidByItsEnvironment() {
        assertThat(Drawing.of(Optional.empty(), "UTF-8")).isEqualTo(new Drawing(false, true));
        assertThat(Drawing.of(Optional.of("dumb"), "UTF-8").moves()).isFalse();
        assertThat(Drawing.of(Optional.of("xterm"), "ANSI_X3.4-1968")).isEqualTo(new Drawing(true, false));
        assertThat(Drawing.of(Optional.of("xterm"), "no such encoding").blocks()).isFalse();
    }
}
