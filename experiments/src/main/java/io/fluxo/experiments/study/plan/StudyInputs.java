package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * The files that a study reads, each with what it held when it was read: a run that is continued must read the same.
 *
 * @param files in the order of the trials that read them
 */
public record StudyInputs(List<Input> files) {

    /**
     * @param key  where the study names it, such as {@code task.corpus}
     * @param path absolute
     */
    public record Input(String key, Path path, Fingerprint content) {}

    public StudyInputs {
        files = List.copyOf(files);
    }

    /**
     * What {@code trials} read.
     *
     * @param tasks with which the trials' tasks were opened
     * @throws BadInput if a model that a trial starts from is not there
     */
    static StudyInputs of(List<PreparedTrial> trials, Tasks tasks, Locations locations) {
        SequencedMap<String, Input> files = new LinkedHashMap<>();
        SequencedMap<String, Trial> models = new LinkedHashMap<>();
        for (PreparedTrial prepared : trials) {
            Trial trial = prepared.trial();
            trial.task().path().ifPresent(path -> files.putIfAbsent(path, new Input(FileKeys.of(trial.task()), Path.of(path).toAbsolutePath(), tasks.content(path))));
            if (!trial.model().get(INIT_FROM).isEmpty()) {
                models.putIfAbsent(trial.model().get(INIT_FROM), trial);
            }
        }
        models.forEach((path, trial) -> {
            try {
                model(Path.of(path)).forEach(input -> files.put(input.path.toString(), input));
            } catch (BadInput unusable) {
                throw locations.complaint(locations.givenBy(FileKeys.INIT_FROM, trial.vary()), unusable.getMessage(), unusable);
            }
        });
        return new StudyInputs(List.copyOf(files.values()));
    }

    /** Everything of a model directory that could be read: its configuration, parameters and vocabulary. */
    private static List<Input> model(Path path) {
        RegularFile.require(path);
        if (!Files.isDirectory(path)) {
            throw new BadInput(Text.format("%s: %s; it must be a folder with config.json and model.safetensors", path,
                    Files.exists(path) ? "is not a folder" : "there is no such folder"));
        }
        try (Stream<Path> children = Files.list(path)) {
            return children.filter(StudyInputs::isOfAModel).sorted().map(StudyInputs::identified).toList();
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", path, e.getMessage()), e);
        }
    }

    private static boolean isOfAModel(Path file) {
        String name = file.getFileName().toString();
        return !Files.isDirectory(file) && !name.startsWith(".") && (name.endsWith(".safetensors") || List.of("config.json", "model.safetensors.index.json",
                "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "vocab.txt").contains(name));
    }

    private static Input identified(Path file) {
        RegularFile.require(file);
        try {
            return new Input(FileKeys.INIT_FROM, file.toAbsolutePath(), Fingerprint.of(file));
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /** For {@code environment.json}. */
    public ArrayNode json() {
        ArrayNode array = Json.array();
        for (Input file : files) {
            array.addObject().put("key", file.key).put("path", file.path.toString()).put("sha256", file.content.sha256()).put("bytes", file.content.bytes());
        }
        return array;
    }

    /**
     * Demands that the files are as they were.
     *
     * @param recorded what {@link #json} wrote when the run began
     * @throws BadInput that names the first that is not
     */
    public void requireSame(Path run, JsonNode recorded, Locations locations) {
        if (!recorded.isArray()) {
            throw new BadInput(Text.format("%s: its environment.json does not say which files it read (inputs): it cannot be told whether they are"
                    + " as they were; begin another run", run));
        }
        Map<String, JsonNode> before = new LinkedHashMap<>();
        recorded.forEach(entry -> before.put(entry.path("path").asString(""), entry));
        for (Input file : files) {
            JsonNode was = before.remove(file.path.toString());
            if (was == null) {
                throw changed(run, file.key, locations, Text.format("%s was not there when the run began", file.path));
            }
            if (!was.path("sha256").asString("").equals(file.content.sha256())) {
                throw changed(run, file.key, locations, Text.format("%s has changed since the run began (then %,d bytes, sha256 %s; now %,d bytes, sha256 %s)",
                        file.path, was.path("bytes").asLong(0), shortened(was.path("sha256").asString("")), file.content.bytes(),
                        shortened(file.content.sha256())));
            }
        }
        before.forEach((path, was) -> {
            throw changed(run, was.path("key").asString(""), locations, Text.format("%s was there when the run began, and is gone", path));
        });
    }

    private static BadInput changed(Path run, String key, Locations locations, String what) {
        return new BadInput(Text.format("%s: %s: %s; put it back as it was, or begin another run", run, locations.place(key), what));
    }

    private static String shortened(String digest) {
        return digest.length() <= 12 ? digest : digest.substring(0, 12) + "…";
    }
}
