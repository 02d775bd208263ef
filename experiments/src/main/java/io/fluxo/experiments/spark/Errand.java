package io.fluxo.experiments.spark;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.run.BackendChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an executor is told: which trial of which run, and how to train it. All else stands in the run's folder.
 *
 * @param run         the run's folder, where every executor sees it
 * @param plugins     the folder of plugins
 * @param checkpoints time between two checkpoints of the trial
 * @param trial       the trial's id
 */
record Errand(Path run, Optional<Path> plugins, long seed, BackendChoice backend, Duration checkpoints, String trial) {

    /** The same for another trial of the run. */
    Errand to(String other) {
        return new Errand(run, plugins, seed, backend, checkpoints, other);
    }

    /** In one line. */
    String line() {
        ObjectNode line = Json.object();
        line.put("run", run.toString());
        line.set("plugins", Json.of(plugins.orElse(null)));
        line.put("seed", seed);
        ObjectNode choice = line.putObject("backend");
        choice.put("name", backend.name());
        choice.set("dtype", Json.of(backend.dtype().orElse(null)));
        choice.put("device", backend.device());
        choice.put("threads", backend.threads());
        line.put("checkpoints", checkpoints.toString());
        line.put("trial", trial);
        return Json.line(line);
    }

    static Errand parse(String text) {
        JsonNode line = Json.parse(text);
        JsonNode choice = line.path("backend");
        BackendChoice backend = new BackendChoice(choice.path("name").stringValue(), optional(choice.path("dtype")), choice.path("device").intValue(),
                choice.path("threads").intValue());
        return new Errand(Path.of(line.path("run").stringValue()), optional(line.path("plugins")).map(Path::of), line.path("seed").longValue(), backend,
                Duration.parse(line.path("checkpoints").stringValue()), line.path("trial").stringValue());
    }

    private static Optional<String> optional(JsonNode node) {
        return node.isNull() ? Optional.empty() : Optional.of(node.stringValue());
    }
}
