package io.fluxo.experiments.study.run;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A finished run of a built-in study, with the settings that the study is written with.
 *
 * @param started as the run's environment tells it
 * @param why     its verdict's reason
 */
public record FinishedRun(Path folder, String started, String backend, long seed, String why, List<Tagged> tagged) {

    /** A condition of the run's verdict. */
    public record JudgedCondition(String statement, String measured, boolean met) {}

    /** A condition with the claim that is read off it. */
    record Tagged(String claim, JudgedCondition condition) {}

    /** The conditions from which {@code claim} is read; none where the verdict was inconclusive. */
    public List<JudgedCondition> conditions(String claim) {
        return tagged.stream().filter(one -> one.claim.equals(claim)).map(Tagged::condition).toList();
    }

    /**
     * The run of the built-in study {@code name} that was begun last.
     *
     * @param runs a folder of runs, or one run; need not be there
     * @throws BadInput if a file of a run cannot be read
     */
    public static Optional<FinishedRun> latest(Path runs, String name) {
        Study study = StudyLibrary.standard().find(name).orElseThrow().study();
        // runs of before conditions were part of a study were judged by the same ones
        List<String> specifications = List.of(StudyWriter.write(study), StudyWriter.write(study.withConditions(List.of())));
        try {
            List<Path> folders = new ArrayList<>(List.of(runs));
            if (Files.isDirectory(runs)) {
                try (Stream<Path> children = Files.list(runs)) {
                    children.sorted().forEach(folders::add);
                }
            }
            List<FinishedRun> found = new ArrayList<>();
            for (Path folder : folders) {
                if (isRunOf(folder, specifications)) {
                    found.add(read(folder));
                }
            }
            return found.stream().max(Comparator.comparing(FinishedRun::started));
        } catch (IOException | JacksonException e) {
            throw new BadInput(Text.format("--runs %s: cannot be read: %s", runs, e.getMessage()), e);
        }
    }

    /** Whether {@code folder} is of a finished run with this very specification: with another, a verdict says something else. */
    private static boolean isRunOf(Path folder, List<String> specifications) throws IOException {
        Path study = folder.resolve("study.yaml");
        return Files.isRegularFile(study) && Files.isRegularFile(folder.resolve("results.json"))
                && Files.isRegularFile(folder.resolve("environment.json")) && specifications.contains(Files.readString(study));
    }

    private static FinishedRun read(Path folder) throws IOException {
        JsonNode results = Json.parse(Files.readString(folder.resolve("results.json")));
        JsonNode environment = Json.parse(Files.readString(folder.resolve("environment.json")));
        List<Tagged> tagged = new ArrayList<>();
        results.path("criteria").forEach(criterion -> tagged.add(new Tagged(criterion.path("claim").asString(""),
                new JudgedCondition(criterion.path("statement").asString(""), criterion.path("measured").asString(""), criterion.path("met").asBoolean(false)))));
        return new FinishedRun(folder, environment.path("started").asString(""), results.path("backend").asString(""), results.path("seed").asLong(0),
                results.path("why").asString(""), List.copyOf(tagged));
    }
}
