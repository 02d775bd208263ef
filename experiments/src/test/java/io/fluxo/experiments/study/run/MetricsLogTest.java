package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.study.trial.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static void append(MetricsLog log, int from, int to) {
        for (int step = from; step <= to; step++) {
            log.append(new StepMetrics(step, 1.5, .001));
        }
    }
}
