package io.fluxo.experiments.study;

import io.fluxo.experiments.file.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl} while it grows: one JSON object a step, each handed to the system before the next step begins. */
final class MetricsLog implements AutoCloseable {

    private final BufferedWriter out;

    private MetricsLog(BufferedWriter out) {
        this.out = out;
    }

    /** An empty log, in place of one that lies there. */
    static MetricsLog begin(Path file) throws IOException {
        return new MetricsLog(Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE));
    }

    /** The log in {@code file} without what follows the first {@code steps} steps. */
    static MetricsLog continued(Path file, int steps) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = 0;
        for (int line = 0; line < steps; end++) {
            line += bytes[end] == '\n' ? 1 : 0;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
        return new MetricsLog(Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
    }

    /** The first {@code steps} steps in {@code file}, without what was measured by layer; fewer if it holds fewer. */
    static List<StepMetrics> read(Path file, int steps) throws IOException {
        List<StepMetrics> read = new ArrayList<>();
        if (!Files.exists(file)) {
            return read;
        }
        for (String line : Files.readString(file).lines().limit(steps).toList()) {
            try {
                JsonNode node = Json.parse(line);
                JsonNode validation = node.path("validation_loss");
                read.add(new StepMetrics(node.path("step").asInt(0), node.path("loss").asDouble(Double.NaN), node.path("lr").asDouble(0), java.util.Map.of(),
                        validation.isNumber() ? OptionalDouble.of(validation.doubleValue()) : OptionalDouble.empty()));
            } catch (JacksonException cutOff) {
                break;
            }
        }
        return read;
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
