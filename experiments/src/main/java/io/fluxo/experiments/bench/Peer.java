package io.fluxo.experiments.bench;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * The PyTorch side: a process of the script that comes with this class. It prepares its steps once, and then times them whenever it is asked.
 */
final class Peer implements AutoCloseable {

    private static final long SECONDS_TO_END = 10;

    private final Who who;
    private final Path folder;
    private final Process process;
    private final BufferedReader rows;

    /**
     * Which PyTorch.
     *
     * @param python  an interpreter that has torch
     * @param device  what it computes on: cpu, cuda or cuda-tf32
     * @param compile whether models run through torch.compile
     */
    record Who(String python, String device, boolean compile) {}

    /**
     * A row of the script: who was timed, and how long it took.
     *
     * @param peakBytes the most memory that the peer had allocated on its device; empty on a CPU
     */
    record Row(String peer, Timing timing, OptionalLong peakBytes) {}

    private Peer(Who who, Path folder, Process process) {
        this.who = who;
        this.folder = folder;
        this.process = process;
        this.rows = process.inputReader(StandardCharsets.UTF_8);
    }

    static Peer start(Who who, BenchCase spec) {
        try {
            Path folder = Files.createTempDirectory("fluxo-peer");
            Path script = folder.resolve("torch_peer.py");
            try (InputStream in = Peer.class.getResourceAsStream("torch_peer.py")) {
                Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
            }
            List<String> command = new ArrayList<>(List.of(who.python, script.toString()));
            command.addAll(spec.peerOptions());
            command.addAll(List.of("--device", who.device, "--rounds"));
            if (who.compile) {
                command.add("--compile");
            }
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(folder.resolve("log").toFile());
            builder.environment().put("OPENBLAS_NUM_THREADS", Integer.toString(spec.threads())); // NumPy's, which has no other way
            return new Peer(who, folder, builder.start());
        } catch (IOException e) {
            throw unusable(who, e);
        }
    }

    /** Times every step once; the process does nothing between two rounds. */
    List<Row> round() {
        List<Row> found = new ArrayList<>();
        try {
            process.outputWriter(StandardCharsets.UTF_8).append(System.lineSeparator()).flush();
            for (String line = rows.readLine(); line != null; line = rows.readLine()) {
                if (line.isEmpty()) {
                    return found;
                }
                found.add(row(Json.parse(line)));
            }
        } catch (IOException ended) {
            // it says why in its log
        }
        throw failed();
    }

    private BadInput failed() {
        try {
            process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
            String reason = Files.readString(folder.resolve("log")).lines().filter(line -> !line.isBlank()).reduce((_, last) -> last).orElse("no message");
            return new BadInput(Text.format("--peer %s: the peer's script failed: %s", who.python, reason));
        } catch (IOException e) {
            return unusable(who, e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new BadInput(Text.format("--peer %s: interrupted", who.python), interrupted);
        }
    }

    private static BadInput unusable(Who who, IOException e) {
        return new BadInput(Text.format("--peer %s: cannot be run: %s; give a Python that has torch", who.python, e.getMessage()), e);
    }

    private static Row row(JsonNode json) {
        double median = json.path("ms").asDouble();
        int runs = json.path("runs").asInt();
        return new Row(json.path("peer").asString(""), new Timing(json.path("step").asString(""), median, json.path("best_ms").asDouble(), median * runs, runs),
                json.has("peak_bytes") ? OptionalLong.of(json.path("peak_bytes").asLong()) : OptionalLong.empty());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            for (String file : List.of("torch_peer.py", "log")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        } catch (IOException left) {
            // in the system's folder for temporary files
        }
    }
}
