package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trial calls d proved only of the program that it trained: a plugin's block that mixes tokens from the hundredth step on loses it there. */
class TrialProgramTest {

    private static final String SOURCE = """
            package later;

            import io.fluxo.block.*;
            import io.fluxo.layer.*;
            import io.fluxo.plugin.*;
            import io.fluxo.tensor.Tensor;

            public final class Later implements FluxoPlugin {

                private static final class Network extends Layer {
                    private final Layer network;
                    private int steps;

                    private Network(Layer network) {
                        super(network.path());
                        this.network = part(network);
                    }

                    @Override
                    protected Tensor compute(Pass pass, Tensor x) {
                        Tensor f = network.forward(pass, x);
                        steps += pass.trains() ? 1 : 0;
                        return steps < 100 ? f : pass.add(f, pass.sum(x, 1));
                    }
                }

                @Override
                public void contribute(Contributions to) {
                    to.add(Placement.KIND, "later", Placement.of(parts -> new PreNormBlock(parts.withMlp(new Network(parts.mlp()))), true));
                }
            }
            """;

    private static final String STUDY = """
            study: later
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 4, n_heads: 2, d_mlp: 4, n_ctx: 7}
            training: {steps: %d, batch: 2}
            seeds: 1
            vary: {model.placement: [pre, later]}
            """;

    private static final String MODEL = """
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 4, n_heads: 2, d_mlp: 4, n_ctx: 7, placement: later}
            training: {batch: 2}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void makeJar() throws IOException {
        PluginJar.build(Files.createDirectory(folder.resolve("plugins")).resolve("later.jar"), folder, "later.Later", SOURCE);
    }

    @Test
    void aBlockThatMixesFromTheHundredthStepOnIsNotCalledProved() throws IOException {
        Path run = folder.resolve("run");
        assertThat(ablated(101, run)).contains("placement=later: d preserved: not proved of what was trained").doesNotContain("placement=pre: d");
        assertThat(record(run, "placement=pre")).contains("d preserved at 7 hook points: proved for pos ≤ n_ctx");
        assertThat(record(run, "placement=later")).contains("d preserved: not proved of what was trained, which was another program than the proved one", "(training, 2 × 7 tokens)")
                .doesNotContain(": proved");
    }

    @Test
    void beforeThatItIs() throws IOException {
        Path run = folder.resolve("run");
        assertThat(ablated(99, run)).doesNotContain("not proved");
        assertThat(record(run, "placement=later")).contains("d preserved at 7 hook points: proved for pos ≤ n_ctx");
    }

    @Test
    void trainSaysSoOnTheTerminalAndInTheRecord() throws IOException {
        Path model = Files.writeString(folder.resolve("model.yaml"), MODEL);
        Path run = folder.resolve("trained");
        String said = run("train", model.toString(), "--steps", "101", "--backend", "ejml", "--out", run.toString());
        assertThat(said).contains("d preserved: not proved of what was trained");
        assertThat(record(run, "")).contains("d preserved: not proved of what was trained, which was another program than the proved one");
    }

    private String ablated(int steps, Path run) throws IOException {
        Path study = Files.writeString(folder.resolve("later.yaml"), STUDY.formatted(steps));
        return run("ablate", study.toString(), "--backend", "ejml", "--out", run.toString());
    }

    private String run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int status = new Cli(terminal, Laboratory::open)
                .run(Stream.concat(Stream.of(arguments), Stream.of("--plugins", folder.resolve("plugins").toString())).toArray(String[]::new));
        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The record of the only trial of a variant. */
    private static String record(Path run, String variant) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            List<Path> records = files.filter(file -> file.endsWith("trial.json") && file.toString().contains(variant)).toList();
            assertThat(records).hasSize(1);
            return Files.readString(records.getFirst());
        }
    }
}
