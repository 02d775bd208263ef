package io.fluxo.experiments.study.tensorboard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Python;
import io.fluxo.experiments.cli.Called;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code --tensorboard} leaves, decoded here, and read by TensorBoard itself where a Python has it. {@code KillTest} kills and resumes with it. */
class TensorBoardTest {

    private static final int STEPS = 24;

    private static final String STUDY = """
            study: watched
            task: {kind: markov, states: 5}
            model: {n_layers: 2, d_model: 8, n_heads: 1, d_mlp: 16, n_ctx: 8}
            training: {batch: 2, steps: 24, eval_every: 12}
            vary: {model.placement: [pre, post], training.warmup: [1, 5]}
            seeds: 1
            measure: [loss, stream_norm_by_layer, update_ratio]
            """;

    private static final String TRIAL = "placement=post,warmup=5,seed=1";

    @TempDir
    Path folder;

    private Path study;

    @BeforeEach
    void study() throws IOException {
        study = Files.writeString(folder.resolve("watched.yaml"), STUDY);
    }

    private Path run(String name, String... more) {
        Path run = folder.resolve(name);
        List<Object> arguments = new ArrayList<>(List.of("ablate", study, "--out", run, "--quiet"));
        arguments.addAll(List.of(more));
        assertThat(Called.fluxo(arguments.toArray()).status()).isZero();
        return run;
    }

    private static Path file(Path run, String trial) throws IOException {
        try (Stream<Path> files = Files.list(run.resolve("tensorboard").resolve(trial))) {
            List<Path> all = files.toList();
            assertThat(all).as("one file a trial").hasSize(1);
            return all.getFirst();
        }
    }

    private static DecodedEvents events(Path run) throws IOException {
        return DecodedEvents.of(file(run, TRIAL));
    }

    private static List<JsonNode> metrics(Path run) throws IOException {
        return Files.readAllLines(run.resolve("trials").resolve(TRIAL).resolve("metrics.jsonl")).stream().map(Json::parse).toList();
    }

    @Test
    void theDecoderKnowsTheChecksum() {
        assertThat(DecodedEvents.crc32c("123456789".getBytes(US_ASCII))).as("the check value of CRC-32C").isEqualTo(0xe3069283);
    }

    @Test
    void everyFigureOfEveryStepIsThere() throws Exception {
        double before = System.currentTimeMillis() / 1e3;
        Path run = run("run", "--tensorboard");
        double after = System.currentTimeMillis() / 1e3;
        DecodedEvents events = events(run);
        assertThat(events.events().getFirst().version()).isEqualTo("brain.Event:2");
        assertThat(events.events()).allSatisfy(event -> assertThat(event.wallTime()).isBetween(before, after));
        List<JsonNode> metrics = metrics(run);
        List<DecodedEvents.Point> losses = events.points("loss");
        assertThat(losses).hasSize(STEPS);
        for (int i = 0; i < STEPS; i++) {
            assertThat(losses.get(i)).isEqualTo(new DecodedEvents.Point(i + 1, (float) metrics.get(i).path("loss").doubleValue()));
            assertThat(events.points("learning_rate").get(i).value()).isEqualTo((float) metrics.get(i).path("lr").doubleValue());
        }
        assertThat(events.points("validation_loss")).extracting(DecodedEvents.Point::step).containsExactly(12L, 24L);
        assertThat(events.points("stream_norm/layer_2").getLast().value()).isEqualTo((float) metrics.getLast().path("stream_norm_by_layer").get(2).doubleValue());
        assertThat(events.scalars()).containsKeys("update_ratio/W_E", "update_ratio/blocks.1.mlp.W_out", Events.SESSION_START, Events.SESSION_END)
                .doesNotContainKey("stream_norm/layer_3");
        JsonNode results = Json.parse(Files.readString(run.resolve("results.json")));
        assertThat(events.points("final_loss")).containsExactly(
                new DecodedEvents.Point(STEPS, (float) results.path("variants").get(3).path("trials").get(0).path("final_loss").doubleValue()));
    }

    @Test
    void resultsAreTheSameBytesWithThemOrWithout() throws Exception {
        Path with = run("with", "--tensorboard");
        Path without = run("without");
        for (String name : List.of("results.json", "results.csv", "study.yaml", "trials/" + TRIAL + "/metrics.jsonl", "trials/" + TRIAL + "/model/model.safetensors")) {
            assertThat(with.resolve(name)).hasSameBinaryContentAs(without.resolve(name));
        }
        assertThat(without.resolve("tensorboard")).doesNotExist();
    }

    /** What a kill leaves behind: a file that goes further than the trial does, cut off in the midst of an event, and no end. */
    @Test
    void aResumedTrialHasEveryStepOnceAndKeepsItsTimes() throws Exception {
        Path run = run("run", "--tensorboard");
        DecodedEvents whole = events(run);
        Path file = file(run, TRIAL);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        Files.copy(file, file.resolveSibling("events.out.tfevents.0000000001.000.fluxo")); // as if it had been ended before the old file was removed
        Files.delete(run.resolve("trials").resolve(TRIAL).resolve("trial.json"));
        assertThat(Called.fluxo("ablate", "--resume", run, "--quiet").status()).isZero(); // without being told: the run has such files
        DecodedEvents resumed = events(run);
        assertThat(resumed.scalars()).isEqualTo(whole.scalars());
        assertThat(resumed.points("loss")).extracting(DecodedEvents.Point::step).containsExactlyElementsOf(LongStream.rangeClosed(1, STEPS).boxed().toList());
        assertThat(resumed.events().get(1).restart()).as("who watched the old file forgets it").isTrue();
        assertThat(file(run, TRIAL).getFileName().toString()).as("it is read after the old one").isGreaterThan(file.getFileName().toString());
    }

    /** Nothing is trained here: the metrics say what was. */
    @Test
    void aFinishedRunGetsThemAfterwards() throws Exception {
        DecodedEvents live = events(run("live", "--tensorboard"));
        Path run = run("run");
        assertThat(Called.fluxo("ablate", "--resume", run, "--quiet", "--tensorboard").status()).isZero();
        assertThat(events(run).scalars()).isEqualTo(live.scalars());
        Path file = file(run, TRIAL);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(Called.fluxo("ablate", "--resume", run, "--quiet").status()).isZero();
        assertThat(file(run, TRIAL)).as("what is whole stays").isEqualTo(file).hasBinaryContent(bytes);
        DecodedEvents before = events(run);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3)); // the end is lost, and with it the last event
        assertThat(Called.fluxo("ablate", "--resume", run, "--quiet").status()).isZero();
        assertThat(events(run).scalars()).isEqualTo(live.scalars());
        assertThat(times(events(run))).as("a step keeps the time at which it was written").isEqualTo(times(before));
    }

    private static List<Double> times(DecodedEvents events) {
        return events.events().stream().filter(event -> event.step() > 0 && event.values().getFirst().tag().equals("loss")).map(DecodedEvents.Event::wallTime).toList();
    }

    @Test
    void aTrainingThatGoesFurtherHasOneEnd() throws Exception {
        Path spec = Files.writeString(folder.resolve("one.yaml"), STUDY.replaceAll("vary.*\n", ""));
        Path run = folder.resolve("trained");
        assertThat(Called.fluxo("train", spec, "--steps", 20, "--out", run, "--quiet", "--tensorboard").status()).isZero();
        assertThat(Called.fluxo("train", "--resume", run, "--steps", STEPS, "--quiet").status()).isZero();
        DecodedEvents events = DecodedEvents.of(file(run, "seed=1"));
        assertThat(events.points("loss")).hasSize(STEPS);
        assertThat(events.points("final_loss")).extracting(DecodedEvents.Point::step).containsExactly((long) STEPS);
    }

    private static final String READ = """
            import json, sys
            from tensorboard import context
            from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
            from tensorboard.plugins import base_plugin
            from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
            from tensorboard.util import tensor_util

            root = sys.argv[1]
            multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0, "hparams": 0})
            multiplexer.AddRunsFromDirectory(root)
            multiplexer.Reload()
            loss = {run: [[event.step, float(tensor_util.make_ndarray(event.tensor_proto))] for event in multiplexer.GetAccumulator(run).Tensors("loss")]
                    for run in multiplexer.Runs()}
            provider = data_provider.MultiplexerDataProvider(multiplexer, root)
            tab = backend_context.Context(base_plugin.TBContext(data_provider=provider, logdir=root))
            request = api_pb2.ListSessionGroupsRequest(slice_size=100, allowed_statuses=[0, 1, 2, 3], include_metrics=True)
            request.col_params.add().metric.tag = "final_loss"
            groups = list_session_groups.Handler(context.RequestContext(), tab, "", request).run().session_groups
            sessions = {group.name: {"hparams": {key: value.string_value or value.number_value for key, value in group.hparams.items()},
                                     "status": group.sessions[0].status, "final_loss": group.sessions[0].metric_values[0].value} for group in groups}
            print(json.dumps({"loss": loss, "sessions": sessions}))
            """;

    @Test
    void tensorBoardReadsCurvesAndHyperparameters() throws Exception {
        Python python = Python.with("tensorboard, numpy");
        Path run = run("run", "--tensorboard");
        JsonNode read = Json.parse(python.run(Files.writeString(folder.resolve("read.py"), READ), run.resolve("tensorboard").toString()));
        assertThat(read.path("loss").propertyNames()).hasSize(4).contains(TRIAL);
        List<JsonNode> metrics = metrics(run);
        JsonNode losses = read.path("loss").path(TRIAL);
        assertThat(losses).hasSize(STEPS);
        for (int i = 0; i < STEPS; i++) {
            assertThat(losses.get(i).get(0).asInt()).isEqualTo(i + 1);
            assertThat((float) losses.get(i).get(1).doubleValue()).isEqualTo((float) metrics.get(i).path("loss").doubleValue());
        }
        JsonNode session = read.path("sessions").path(TRIAL);
        assertThat(Json.line(session.path("hparams"))).contains("\"model.placement\":\"post\"", "\"training.warmup\":5.0", "\"seed\":1.0");
        assertThat(session.path("status").asInt()).as("success").isEqualTo(1);
        assertThat((float) session.path("final_loss").doubleValue()).isEqualTo(events(run).points("final_loss").getFirst().value());
    }
}
