package io.fluxo.experiments.history;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunLock;
import io.fluxo.experiments.study.work.WorkFolder;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run's folder says.
 *
 * @param written     the bytes of {@code results.json}; empty until the run has finished
 * @param results     the same, read
 * @param trialsDone  trials whose result is recorded
 * @param trials      all that the study asks for; empty where its file cannot be read any more
 */
public record Run(Path folder, StudyReader reader, ObjectNode environment, Optional<byte[]> written, Optional<JsonNode> results, RunState state, long trialsDone,
                  OptionalLong trials) {

    private static final String STUDY = "study.yaml";
    private static final String ENVIRONMENT = "environment.json";
    private static final String RESULTS = "results.json";

    /** A variant's mean of a measure, and the outcomes of its trials. */
    public record Variant(String id, double mean, double deviation, List<String> outcomes) {}

    /** @throws BadInput if {@code folder} is not that of a run, or is damaged; the message names the folder or the file in it */
    public static Run read(Path folder, StudyReader reader) {
        if (!Files.isDirectory(folder)) {
            throw new BadInput(folder + ": no such folder");
        }
        List<String> lacking = Stream.of(STUDY, ENVIRONMENT).filter(file -> !Files.isRegularFile(folder.resolve(file))).toList();
        if (!lacking.isEmpty()) {
            throw new BadInput(Text.format("%s: not the folder of a run: it lacks %s", folder, String.join(" and ", lacking)));
        }
        ObjectNode environment = object(folder.resolve(ENVIRONMENT));
        Optional<byte[]> written = Files.isRegularFile(folder.resolve(RESULTS)) ? Optional.of(bytes(folder.resolve(RESULTS))) : Optional.empty();
        Optional<JsonNode> results = written.map(_ -> object(folder.resolve(RESULTS)));
        results.filter(read -> !read.path("variants").isArray()).ifPresent(_ -> {
            throw new BadInput(folder.resolve(RESULTS) + ": says nothing of variants: not the results of a run");
        });
        RunState state = results.isPresent() ? RunState.FINISHED : unfinished(folder);
        long done = recorded(folder);
        return new Run(folder, reader, environment, written, results, state, done, results.isPresent() ? OptionalLong.of(done) : asked(folder, reader));
    }

    private static RunState unfinished(Path folder) {
        if (WorkFolder.of(new RunDirectory(folder, false)).isThere()) {
            return RunState.SHARED;
        }
        return RunLock.isTaken(folder) ? RunState.RUNNING : RunState.INTERRUPTED;
    }

    /** Of a study with parts that are not installed now it cannot be said. */
    private static OptionalLong asked(Path folder, StudyReader reader) {
        try {
            return OptionalLong.of(reader.read(folder.resolve(STUDY)).study().trialCount());
        } catch (BadInput unreadable) {
            return OptionalLong.empty();
        }
    }

    private static long recorded(Path folder) {
        Path trials = folder.resolve("trials");
        if (!Files.isDirectory(trials)) {
            return 0;
        }
        try (Stream<Path> found = Files.list(trials)) {
            return found.filter(trial -> Files.isRegularFile(trial.resolve("trial.json"))).count();
        } catch (IOException e) {
            throw unreadable(trials, e);
        }
    }

    private static ObjectNode object(Path file) {
        try {
            if (Json.parse(Files.readString(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new BadInput(file + ": must be one JSON object");
        } catch (IOException | JacksonException e) {
            throw unreadable(file, e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static BadInput unreadable(Path file, Exception e) {
        String why = e instanceof JacksonException json ? "not JSON: " + json.getOriginalMessage() : e.getMessage();
        return new BadInput(Text.format("%s: cannot be read: %s", file, why.lines().findFirst().orElse("").replaceFirst(" \\(start marker.*", "")), e);
    }

    /** @throws BadInput if it cannot be read with the parts that are installed now */
    public Study study() {
        return reader.read(folder.resolve(STUDY)).study();
    }

    /** The study's name, as the results say it, or its file. */
    public String name() {
        return results.map(read -> read.path("study").asString("")).orElseGet(() -> {
            try {
                return study().name();
            } catch (BadInput unreadable) {
                return "?";
            }
        });
    }

    public String started() {
        return environment.path("started").asString("");
    }

    public String backend() {
        return environment.path("backend").path("name").asString("") + " " + environment.path("backend").path("dtype").asString("");
    }

    /** The verdict; empty for a run that has none: it is not finished, or a training. */
    public Optional<String> verdict() {
        return results.filter(_ -> !environment.path("job").asString("").equals("train")).map(read -> read.path("verdict").asString(""));
    }

    /** The variants in the study's order, by {@code measure}: {@code final_loss}, {@code validation_loss} or a figure. NaN where they do not have it. */
    public List<Variant> variants(String measure) {
        return results.stream().flatMap(read -> StreamSupport.stream(read.path("variants").spliterator(), false)).map(variant -> {
            JsonNode summary = variant.path(measure).isObject() ? variant.path(measure) : variant.path("figures").path(measure);
            return new Variant(variant.path("id").asString(""), summary.path("mean").asDouble(Double.NaN), summary.path("sd").asDouble(Double.NaN),
                    StreamSupport.stream(variant.path("trials").spliterator(), false).map(trial -> trial.path("outcome").asString("")).toList());
        }).toList();
    }

    /** The measure that the study compares variants by. */
    public Optional<String> comparedOn() {
        return results.map(read -> read.path("compare_on").asString("")).filter(measure -> !measure.isEmpty());
    }

    /** The variant with the lowest mean final loss; empty where there is none. */
    public Optional<Variant> lowest() {
        return variants(Study.FINAL_LOSS).stream().filter(variant -> Double.isFinite(variant.mean())).min(Comparator.comparingDouble(Variant::mean));
    }

    /** Whether both have finished with the same results, byte by byte. */
    public boolean hasResultsOf(Run other) {
        return written.isPresent() && other.written.isPresent() && Arrays.equals(written.get(), other.written.get());
    }
}
