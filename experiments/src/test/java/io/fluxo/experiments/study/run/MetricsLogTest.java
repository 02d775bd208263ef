package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.study.trial.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    @TempDir
    Path folder;

    /** A process that was given up may live on, and write to the log that it has open. */
    @Test
    void whoWroteBeforeDoesNotWriteIntoTheLogThatIsContinued() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        MetricsLog first = MetricsLog.begin(file);
        append(first, 1, 2);
        String told = first.told();
        append(first, 3, 4);
        try (MetricsLog second = MetricsLog.continued(file, 2, told).orElseThrow().log()) {
            append(first, 5, 5);
            append(second, 3, 3);
            append(first, 6, 6);
            try (MetricsLog third = MetricsLog.continued(file, 3, second.told()).orElseThrow().log()) {
                append(second, 4, 4);
                append(third, 4, 4);
            }
        }
        first.close();
        assertThat(Files.readAllLines(file).stream().map(line -> MetricsLog.step(line).step())).containsExactly(1, 2, 3, 4);
    }

    @Test
    void asManyStepsAreReadAsAreAskedForOrAreWhole() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Map<String, double[]> measured = new LinkedHashMap<>();
        measured.put("stream_norm_by_layer", new double[] {1, 2.5});
        measured.put("param_grad_norm_by_layer", new double[] {Double.NaN, 3});
        try (MetricsLog log = MetricsLog.begin(file)) {
            log.append(new StepMetrics(1, Double.NaN, .25, measured, OptionalDouble.of(2.5)));
            append(log, 2, 3);
        }
        Files.writeString(file, "{\"step\": 4, \"lo", StandardOpenOption.APPEND);
        assertThat(MetricsLog.read(file, 9)).extracting(StepMetrics::step).as("a line that was cut off is none").containsExactly(1, 2, 3);
        assertThat(MetricsLog.read(file, 2)).extracting(StepMetrics::step).containsExactly(1, 2);
        assertThat(MetricsLog.read(file, 0)).isEmpty();
        StepMetrics first = MetricsLog.read(file, 1).getFirst();
        assertThat(first.loss()).isNaN();
        assertThat(first.learningRate()).isEqualTo(.25);
        assertThat(first.validationLoss()).hasValue(2.5);
        assertThat(first.byLayer().get("stream_norm_by_layer")).containsExactly(1, 2.5);
        assertThat(first.byLayer().get("param_grad_norm_by_layer")).containsExactly(Double.NaN, 3);
        StepMetrics second = MetricsLog.read(file, 2).getLast();
        assertThat(second).isEqualTo(new StepMetrics(2, 1.5, .001));
    }

    @Test
    void aLogOfOtherStepsIsNotContinued() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        String told;
        try (MetricsLog log = MetricsLog.begin(file)) {
            append(log, 1, 3);
            told = log.told();
        }
        assertThat(MetricsLog.continued(file, 2, told)).as("fewer steps").isEmpty();
        assertThat(MetricsLog.continued(folder.resolve("none"), 3, told)).isEmpty();
        MetricsLog.Continued continued = MetricsLog.continued(file, 3, told).orElseThrow();
        try (MetricsLog log = continued.log()) {
            assertThat(continued.before()).containsExactly(new StepMetrics(1, 1.5, .001), new StepMetrics(2, 1.5, .001), new StepMetrics(3, 1.5, .001));
            assertThat(log.told()).isEqualTo(told);
            append(log, 4, 4);
            assertThat(log.told()).isNotEqualTo(told);
        }
        assertThat(Files.readAllLines(file)).hasSize(4);
        Files.writeString(file, Files.readString(file).replace("1.5", "1.6"));
        assertThat(MetricsLog.continued(file, 3, told)).as("another loss").isEmpty();
    }

    @Test
    void aLogThatIsBegunTakesTheFormerOnesPlace() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Files.writeString(file, "of another attempt\n");
        try (MetricsLog log = MetricsLog.begin(file)) {
            append(log, 1, 1);
        }
        assertThat(MetricsLog.read(file, 9)).containsExactly(new StepMetrics(1, 1.5, .001));
    }

    @Test
    void whatCannotBeWrittenIsAnError() throws IOException {
        MetricsLog log = MetricsLog.begin(folder.resolve("metrics.jsonl"));
        log.close();
        assertThatThrownBy(() -> append(log, 1, 1)).isInstanceOf(UncheckedIOException.class).hasMessageStartingWith("cannot write metrics: ");
        assertThatThrownBy(log::told).isInstanceOf(UncheckedIOException.class).hasMessageStartingWith("cannot write metrics: ");
    }

    private static void append(MetricsLog log, int from, int to) {
        for (int step = from; step <= to; step++) {
            log.append(new StepMetrics(step, 1.5, .001));
        }
    }
}
