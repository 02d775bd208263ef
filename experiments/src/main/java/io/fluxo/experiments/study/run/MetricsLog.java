package io.fluxo.experiments.study.run;

import io.fluxo.checkpoint.AtomicFile;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.trial.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl} while it grows: one JSON object a step, each handed to the system before the next step begins. */
final class MetricsLog implements AutoCloseable {

    private final FileChannel out;
    private final MessageDigest digest;

    private MetricsLog(FileChannel out, MessageDigest digest) {
        this.out = out;
        this.digest = digest;
    }

    /** An empty log, in place of whatever lies there. */
    static MetricsLog begin(Path file) throws IOException {
        Files.deleteIfExists(file);
        return new MetricsLog(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Fingerprint.digest());
    }

    /** The first {@code steps} steps in {@code file}, or those there are; a last line that was cut off is none. */
    static List<StepMetrics> read(Path file, int steps) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return new String(bytes, 0, end(bytes, steps), StandardCharsets.UTF_8).lines().map(MetricsLog::step).toList();
    }

    /** A continued log, and the steps that it holds already. */
    record Continued(MetricsLog log, List<StepMetrics> before) {}

    /**
     * The log in {@code file} without what follows the first {@code steps} steps. It becomes another file of the same name: whoever should still write to
     * the log of an attempt before this one writes to a file that nobody reads.
     *
     * @param told the {@link #told} of a log after that step; empty if that is not what the file holds
     */
    static Optional<Continued> continued(Path file, int steps, String told) throws IOException {
        byte[] bytes = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
        int end = end(bytes, steps);
        MessageDigest digest = Fingerprint.digest();
        digest.update(bytes, 0, end);
        if (!told(digest).equals(told)) {
            return Optional.empty();
        }
        List<StepMetrics> before = new String(bytes, 0, end, StandardCharsets.UTF_8).lines().map(MetricsLog::step).toList();
        AtomicFile.write(file, channel -> {
            for (ByteBuffer kept = ByteBuffer.wrap(bytes, 0, end); kept.hasRemaining(); ) {
                channel.write(kept);
            }
        });
        FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE);
        out.position(end);
        return Optional.of(new Continued(new MetricsLog(out, digest), before));
    }

    /** Where the first {@code lines} lines end, or the whole lines there are. */
    private static int end(byte[] bytes, int lines) {
        int end = 0;
        int line = 0;
        for (int at = 0; at < bytes.length && line < lines; at++) {
            if (bytes[at] == '\n') {
                line++;
                end = at + 1;
            }
        }
        return end;
    }

    /** The step that {@code line} tells, without what was measured by layer. */
    static StepMetrics step(String line) {
        JsonNode node = Json.parse(line);
        JsonNode validation = node.path("validation_loss");
        Map<String, double[]> byLayer = new LinkedHashMap<>();
        node.properties().stream().filter(entry -> entry.getValue().isArray()).forEach(entry -> byLayer.put(entry.getKey(),
                StreamSupport.stream(entry.getValue().spliterator(), false).mapToDouble(figure -> figure.asDouble(Double.NaN)).toArray()));
        return new StepMetrics(node.path("step").asInt(0), node.path("loss").asDouble(Double.NaN), node.path("lr").asDouble(0), byLayer,
                validation.isNumber() ? OptionalDouble.of(validation.doubleValue()) : OptionalDouble.empty());
    }

    /** Identifies everything the log holds, which is on the disk then: what refers to it may outlive this machine. */
    String told() {
        try {
            out.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write metrics: " + e.getMessage(), e);
        }
        return told(digest);
    }

    private static String told(MessageDigest digest) {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest()); // the digest itself continues
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }

    void append(StepMetrics metrics) {
        ObjectNode line = Json.object();
        line.put("step", metrics.step());
        line.set("loss", Json.number(metrics.loss()));
        line.set("lr", Json.number(metrics.learningRate()));
        metrics.validationLoss().ifPresent(loss -> line.set("validation_loss", Json.number(loss)));
        metrics.byLayer().forEach((measure, figures) -> line.set(measure, Json.numbers(figures)));
        try {
            byte[] bytes = (Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8);
            for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
                out.write(left);
            }
            digest.update(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write metrics: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
