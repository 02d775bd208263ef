package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.run.RunLock;
import io.fluxo.experiments.study.trial.TrialExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** {@code ablate --begin}, {@code work} and {@code ablate --collect}, as they are called. */
class WorkTest {

    private static final TrialExecutor SYNTHETIC = new SyntheticExecutor(3.1);
    private static final String TUNED = Fixtures.SMALL + "tune: {steps: 10, over: {training.lr: [0.001, 0.003, 0.01]}}\n";

    @TempDir
    Path folder;

    private Path study;
    private Path run;

    @BeforeEach
    void writeStudy() throws IOException {
        study = Files.writeString(folder.resolve("small.yaml"), TUNED);
        run = folder.resolve("run");
    }

    @Test
    void severalWorkAndTheResultsAreThoseOfOne() throws Exception {
        fluxo("ablate", study, "--out", folder.resolve("alone"), "--quiet").succeeded();
        assertThat(fluxo("ablate", study, "--out", run, "--begin").succeeded().out()).contains("./fluxo work " + run, "./fluxo ablate --collect " + run);
        assertThat(run.resolve("trials")).doesNotExist();
        Called early = fluxo("ablate", "--collect", run).refused(130, run + ": not finished, nothing is judged: 6 trials without a result", "tune-placement=pre,training.lr=1e-3");
        assertThat(early.out()).isEmpty();
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            List<Future<Called>> workers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int index = i;
                workers.add(pool.submit(() -> fluxo("work", run, "--shard", index + "/3", "--jobs", 1 + index, "--heartbeat", 0.02, "--quiet")));
            }
            for (Future<Called> worker : workers) {
                assertThat(worker.get().succeeded().out()).isEqualTo("every trial has its result; to judge them: ./fluxo ablate --collect " + run + "\n");
            }
        }
        Called judged = fluxo("ablate", "--collect", run, "--json", folder.resolve("all.json"), "--report", folder.resolve("copy.html")).succeeded();
        assertThat(judged.out()).contains("placement=post", "verdict: inconclusive", "report: " + run);
        for (String file : List.of("results.json", "results.csv")) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(folder.resolve("alone").resolve(file));
        }
        assertThat(files(run)).isEqualTo(files(folder.resolve("alone")).stream().filter(name -> !name.equals(".lock")).toList());
        assertThat(Json.parse(Files.readString(run.resolve("timings.json"))).path("seconds").isNull()).isTrue();
        assertThat(folder.resolve("copy.html")).isNotEmptyFile();
        fluxo("work", run, "--quiet").succeeded(); // a late one: nothing is left to do
        fluxo("ablate", "--collect", run).succeeded();
    }

    @Test
    void aFailedTrialIsAResultOfWorkAndAStatusOfCollect() throws IOException {
        Files.writeString(study, Fixtures.SMALL.replace("d_model: 8", "d_model: 7"));
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
        Called worked = fluxo("work", run, "--quiet");
        assertThat(worked.status()).isZero();
        assertThat(worked.err()).contains("trial placement=pre,seed=1 failed: 7 is no width");
        Called collected = fluxo("ablate", "--collect", run);
        assertThat(collected.status()).isEqualTo(1);
        assertThat(collected.err()).contains("to run it again: rm -r " + run, "ablate --resume " + run);
    }

    @Test
    void aRunThatOneProcessRunsIsNoOthersUntilItIsShared() throws Exception {
        AtomicReference<Called> worker = new AtomicReference<>();
        TrialExecutor looking = (trial, task, model, listener) -> {
            worker.compareAndSet(null, fluxo("work", run));
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        Called.with(looking, "ablate", study, "--out", run, "--jobs", 1, "--quiet").succeeded();
        assertThat(worker.get().status()).isEqualTo(2);
        assertThat(worker.get().err()).contains(run + ": is not shared among processes", "'./fluxo ablate --resume " + run + " --begin' shares it");

        byte[] results = Files.readAllBytes(run.resolve("results.json"));
        Files.delete(run.resolve("trials/placement=pre,seed=1/trial.json"));
        Files.delete(run.resolve("results.json"));
        try (RunLock _ = RunLock.take(run)) {
            fluxo("ablate", "--resume", run, "--begin").refused(2, "another process is running this study");
        }
        fluxo("ablate", "--resume", run, "--begin").succeeded();
        fluxo("ablate", "--resume", run, "--begin").succeeded(); // it is shared already
        fluxo("work", run, "--quiet").succeeded();
        fluxo("ablate", "--collect", run).succeeded();
        assertThat(run.resolve("results.json")).hasBinaryContent(results);
    }

    @Test
    void whatProcessesWorkOnIsNotTakenFromThem() throws Exception {
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
        AtomicReference<Called> resumed = new AtomicReference<>();
        TrialExecutor looking = (trial, task, model, listener) -> {
            resumed.compareAndSet(null, fluxo("ablate", "--resume", run, "--quiet"));
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        Called.with(looking, "work", run, "--jobs", 1, "--heartbeat", 0.05, "--quiet").succeeded();
        assertThat(resumed.get().status()).isEqualTo(2);
        assertThat(resumed.get().err()).contains("fluxo: a trial is held by process ", "looking whether it lives", " is training tune-placement=pre,training.lr=1e-3; wait for it, or end it; or join in: "
                + "./fluxo work " + run);
        fluxo("ablate", "--collect", run).succeeded();
    }

    @Test
    void whatIsLeftOfDeadProcessesOneProcessTakesBack() throws Exception {
        fluxo("ablate", study, "--out", folder.resolve("alone"), "--quiet").succeeded();
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
        Path dead = Files.createDirectories(run.resolve("work/tune-placement=pre,training.lr=0.01/1"));
        Files.writeString(dead.resolve("holder"), "{\"beat\":7,\"every_ms\":20,\"holder\":\"process 1 on nowhere\"}\n");
        Called resumed = fluxo("ablate", "--resume", run, "--quiet");
        assertThat(resumed.status()).isZero();
        assertThat(resumed.err()).isEqualTo("fluxo: a trial is held by process 1 on nowhere: looking whether it lives\n");
        assertThat(run.resolve("results.json")).hasSameBinaryContentAs(folder.resolve("alone/results.json"));
        assertThat(files(run)).isEqualTo(files(folder.resolve("alone")));
    }

    @Test
    void anotherBuildOrOtherInputsDoNotJoin() throws IOException {
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
        ObjectNode environment = (ObjectNode) Json.parse(Files.readString(run.resolve("environment.json")));
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment.deepCopy().put("fluxo", "0.0.1").put("sources", "other")));
        fluxo("work", run).refused(2, "the run began with Fluxo 0.0.1 (", "all that work on a run must be of one build");
        ObjectNode plugged = environment.deepCopy();
        plugged.putObject("plugins").put("own.jar", "abc");
        Files.writeString(run.resolve("environment.json"), Json.pretty(plugged));
        fluxo("work", run).refused(2, "the plugin own.jar was there when the run began");
        fluxo("ablate", "--collect", run).refused(2, "the plugin own.jar was there when the run began");
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment.deepCopy().put("tasks", "other")));
        fluxo("work", run).refused(2, "the task has changed since the run began");
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment.deepCopy().put("job", "train")));
        fluxo("work", run).refused(2, "was made by './fluxo train'");
        assertThat(run.resolve("trials")).doesNotExist();
        fluxo("work", folder.resolve("nowhere")).refused(2, folder.resolve("nowhere") + ": no such folder");
    }

    @Test
    void aFolderThatHoldsSomethingIsNotBegunIn() throws IOException {
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
        fluxo("ablate", study, "--out", run, "--begin").refused(2, "holds a run already");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        fluxo("ablate", study, "--out", empty, "--begin").succeeded();
        fluxo("work", empty, "--quiet").succeeded();
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            work RUN --shard 4/4                 | shards are counted from 0
            work RUN --heartbeat 0               | --heartbeat must be at least 0.01
            work RUN --checkpoint -1             | --checkpoint must be at least 0
            work RUN --jobs 0                    | --jobs must be at least 1
            work RUN --seed 2                    | Unknown options: '--seed', '2'
            work                                 | Missing required parameter: 'RUN'
            ablate --begin --json -              | --json does nothing with --begin
            ablate --begin --jobs 2              | --jobs does nothing with --begin
            ablate --begin --dry-run             | --dry-run does nothing with --begin
            ablate --collect RUN --resume RUN    | --resume does nothing with --collect
            ablate --collect RUN --steps 4       | --steps does nothing with --collect
            """)
    void whatItDoesNotTakeIsRefused(String line, String message) {
        List<Object> arguments = Stream.of(line.replace("RUN", run.toString()).split(" ")).map(Object.class::cast).toList();
        fluxo(arguments.toArray()).refused(2, message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"work", "ablate"})
    void isInTheHelp(String command) {
        assertThat(Called.with(SYNTHETIC, "help", command).out()).contains(command.equals("work") ? "--shard" : "--collect");
    }

    private static Called fluxo(Object... arguments) {
        return Called.with(SYNTHETIC, arguments);
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }
}
