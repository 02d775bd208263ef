package io.fluxo.experiments.study.work;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.run.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One lease of one trial: a numbered folder, {@code work/<trial>/<number>/}. Its file {@code holder} beats, its file {@code ended} says that the lease is over, and
 * its {@code trials/<trial>/} is where the holder trains. Number 0 is what an earlier {@code ablate} left.
 */
record Generation(Path trial, int number) {

    private static final String HOLDER = "holder";
    private static final String ENDED = "ended";

    /** All leases of a trial, the newest last. */
    static List<Generation> of(Path trial) throws IOException {
        try (Stream<Path> folders = Files.list(trial)) {
            return folders.map(folder -> folder.getFileName().toString()).filter(name -> name.matches("\\d{1,9}")).map(Integer::valueOf).sorted()
                    .map(number -> new Generation(trial, number)).toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    static Optional<Generation> newest(Path trial) throws IOException {
        return of(trial).stream().max(Comparator.comparing(Generation::number));
    }

    Path folder() {
        return trial.resolve(Integer.toString(number));
    }

    Generation next() {
        return new Generation(trial, number + 1);
    }

    boolean isThere() {
        return Files.isDirectory(folder());
    }

    /**
     * Makes the folder, which only one process can.
     *
     * @return whether it was this one
     * @throws NoSuchFileException if the run is not shared any more
     */
    boolean make() throws IOException {
        try {
            Files.createDirectory(folder());
            return true;
        } catch (FileAlreadyExistsException another) {
            return false;
        }
    }

    boolean hasEnded() {
        return Files.exists(folder().resolve(ENDED));
    }

    void end() throws IOException {
        Files.write(folder().resolve(ENDED), new byte[0]);
    }

    /**
     * Shows that {@code holder} lives.
     *
     * @param beat the number of this beat: a counter, since a time would be of one machine's clock
     */
    void beat(long beat, Heartbeat heartbeat, String holder) throws IOException {
        String text = Json.line(Json.object().put("beat", beat).put("every_ms", heartbeat.every().toMillis()).put("holder", holder)) + "\n";
        // the file of the first beat stays: a later one must not make the folder's file anew where the folder was taken away
        StandardOpenOption how = beat == 0 ? StandardOpenOption.CREATE : StandardOpenOption.TRUNCATE_EXISTING;
        Files.writeString(folder().resolve(HOLDER), text, StandardCharsets.UTF_8, StandardOpenOption.WRITE, how);
    }

    /** The newest beat as it stands there; any change of it is a sign of life. */
    String pulse() throws IOException {
        try {
            return Files.readString(folder().resolve(HOLDER), StandardCharsets.UTF_8);
        } catch (NoSuchFileException notYet) {
            return "";
        }
    }

    /** How long the holder wants to be waited for, by its own words. */
    static Duration patience(String pulse, Heartbeat otherwise) {
        long every = read(pulse).path("every_ms").asLong(0);
        return every > 0 ? new Heartbeat(Duration.ofMillis(every)).patience() : otherwise.patience();
    }

    /** Who holds it, for people. */
    String holder() throws IOException {
        return read(pulse()).path("holder").asString("another process");
    }

    private static JsonNode read(String pulse) {
        try {
            return Json.parse(pulse);
        } catch (JacksonException halfWritten) {
            return Json.object();
        }
    }

    /** A run's folder for this one trial, which nobody but the holder writes to. */
    RunDirectory place() {
        return new RunDirectory(folder(), false);
    }
}
