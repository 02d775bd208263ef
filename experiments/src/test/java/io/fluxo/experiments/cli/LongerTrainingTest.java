package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that was finished goes on to more steps, as if they had been asked for at once. */
class LongerTrainingTest {

    /** Dropout, a decaying optimizer, validation: whatever a step could depend on. From 110 to 230 steps the measuring interval changes. */
    private static final String SPEC = """
            study: longer
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, n_ctx: 8, dropout: 0.2, norm: batch_norm}
            training: {optimizer: adamw, weight_decay: 0.1, clip: 0.5, warmup: 6, steps: 110, batch: 2, eval_every: 40}
            """;

    @TempDir
    Path folder;

    private Path spec;
    private Path run;

    @BeforeEach
    void trainHalf() throws IOException {
        spec = Files.writeString(folder.resolve("longer.yaml"), SPEC);
        run = folder.resolve("run");
        train(spec, "--out", run).succeeded();
    }

    @Test
    void theSameBitsAsAtOnce() throws IOException {
        train("--resume", run, "--steps", 230).succeeded();
        assertIsAsAtOnce(run);
        // and it is an ordinary run of that many steps
        train(spec, "--resume", run, "--steps", 230).succeeded();
        train(spec, "--resume", run).succeeded();
        train("--resume", run, "--steps", 110).refused(2, "--steps 110: the run is one of 230 steps; it can be given more, not fewer");
    }

    /** What a process leaves that is killed between two of the writes that turn a run of 110 steps into one of 230. */
    @Test
    void killedAtAnyMomentItCanBeContinued() throws IOException {
        Path longer = copy(run, "longer");
        train("--resume", longer, "--steps", 230).succeeded();
        Path killed = copy(run, "killed");
        Files.delete(killed.resolve("trials/seed=1/trial.json"));
        Path asBefore = copy(killed, "as-before");
        train("--resume", asBefore).succeeded();
        for (String file : List.of("results.json", "model.safetensors", "study.yaml")) {
            assertThat(asBefore.resolve(file)).hasSameBinaryContentAs(run.resolve(file));
        }
        Files.delete(killed.resolve("results.json"));
        continueTo230(killed, "without results");
        Files.copy(longer.resolve("environment.json"), killed.resolve("environment.json"), StandardCopyOption.REPLACE_EXISTING);
        continueTo230(killed, "with the new environment");
        Files.copy(longer.resolve("study.yaml"), killed.resolve("study.yaml"), StandardCopyOption.REPLACE_EXISTING);
        Path last = copy(killed, "with the new study");
        train(spec, "--resume", last).succeeded();
        assertIsAsAtOnce(last);
    }

    private void continueTo230(Path killed, String name) throws IOException {
        Path copy = copy(killed, name);
        train("--resume", copy, "--steps", 230).succeeded();
        assertIsAsAtOnce(copy);
    }

    @Test
    void whatHasNothingToGoOnFromIsRefused() throws IOException {
        Path checkpoint = run.resolve("trials/seed=1/checkpoint.safetensors");
        assertThat(Files.size(checkpoint)).isBetween(2 * Files.size(run.resolve("model.safetensors")), 5 * Files.size(run.resolve("model.safetensors")));
        Files.delete(checkpoint);
        train("--resume", run, "--steps", 230).refused(2, checkpoint + " is missing, the optimizer's state after the last step");
        assertThat(run.resolve("results.json")).exists();
        train("--resume", run).succeeded();
        Files.writeString(spec, SPEC.replace("eval_every", "schedule: cosine, eval_every"));
        train(spec, "--out", folder.resolve("cosine")).succeeded();
        train("--resume", folder.resolve("cosine"), "--steps", 230).refused(2, "with the schedule cosine the learning rate depends on training.steps");
    }

    @Test
    void aDamagedCheckpointIsSaidAndEverythingBeginsAnew() throws IOException {
        Path checkpoint = run.resolve("trials/seed=1/checkpoint.safetensors");
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 8;
        Files.write(checkpoint, bytes);
        Called longer = train("--resume", run, "--steps", 230);
        assertThat(longer.err().lines()).singleElement().asString().isEqualTo("fluxo: seed=1 begins anew at step 1: " + checkpoint
                + ": is damaged: its content does not fit its checksum");
        assertThat(longer.status()).isZero();
        assertIsAsAtOnce(run);
    }

    private void assertIsAsAtOnce(Path longer) throws IOException {
        Path whole = folder.resolve("whole");
        if (!Files.exists(whole)) {
            train(spec, "--steps", 230, "--out", whole).succeeded();
        }
        for (String file : List.of("model.safetensors", "config.json", "study.yaml", "results.json", "results.csv")) {
            assertThat(longer.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = folder.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private static Called train(Object... arguments) {
        Object[] all = new Object[arguments.length + 2];
        all[0] = "train";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--quiet";
        return Called.fluxo(all);
    }
}
