package io.fluxo.experiments.bench;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The PyTorch side, run as a process of its own by the script that comes with this class.
 *
 * @param python  an interpreter that has torch
 * @param compile whether models run through torch.compile
 */
record Peer(String python, boolean compile) {

    /** A row of the script: who was timed, and how long it took. */
    record Row(String peer, Timing timing) {}

    List<Row> run(BenchCase spec) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(python, "-"));
        command.addAll(spec.peerOptions());
        if (compile) {
            command.add("--compile");
        }
        try {
            Path log = Files.createTempFile("fluxo-peer", ".log");
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
                builder.environment().put("OPENBLAS_NUM_THREADS", Integer.toString(spec.threads())); // NumPy's, which has no other way
                Process process = builder.start();
                try (var in = process.getOutputStream()) {
                    in.write(script());
                }
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    String reason = Files.readString(log).lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse("no message");
                    throw new BadInput(Text.format("--peer %s: the peer's script failed: %s", python, reason));
                }
                return output.lines().map(Json::parse).map(Peer::row).toList();
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            throw new BadInput(Text.format("--peer %s: cannot be run: %s; give a Python that has torch", python, e.getMessage()), e);
        }
    }

    private static Row row(JsonNode json) {
        double median = json.path("ms").asDouble();
        int runs = json.path("runs").asInt();
        return new Row(json.path("peer").asString(""),
                new Timing(json.path("step").asString(""), median, json.path("best_ms").asDouble(), median * runs, runs));
    }

    private static byte[] script() {
        try (InputStream in = Peer.class.getResourceAsStream("torch_peer.py")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
