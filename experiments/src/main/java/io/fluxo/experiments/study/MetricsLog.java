package io.fluxo.experiments.study;

import io.fluxo.experiments.file.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl} while it grows: one JSON object a step, each on disk before the next step begins. */
final class MetricsLog implements AutoCloseable {

    private final BufferedWriter out;

    MetricsLog(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    }

    void append(StepMetrics metrics) {
        ObjectNode line = Json.object();
        line.put("step", metrics.step());
        line.set("loss", Json.number(metrics.loss()));
        line.set("lr", Json.number(metrics.learningRate()));
        metrics.validationLoss().ifPresent(loss -> line.set("validation_loss", Json.number(loss)));
        metrics.byLayer().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(entry -> line.set(entry.getKey().label(), Json.numbers(entry.getValue())));
        try {
            out.write(Json.line(line));
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write metrics: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
