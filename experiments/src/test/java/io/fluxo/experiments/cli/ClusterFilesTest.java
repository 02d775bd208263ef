package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What stands in {@code docs/cluster}, as far as it can be known without a cluster: scripts run, with a program in Fluxo's place that notes how it was called. */
@DisabledOnOs(OS.WINDOWS)
class ClusterFilesTest {

    private static final Path PAGES = Path.of("../docs/cluster");
    private static final Path SLURM = PAGES.resolve("slurm-array.sh").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void aRun() throws IOException {
        Path study = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
        run = folder.resolve("run");
        fluxo("ablate", study, "--out", run, "--begin").succeeded();
    }

    @Test
    void theCommandsOfThePageMakeARun() throws IOException {
        Path other = folder.resolve("other");
        List<String> lines = Files.readAllLines(PAGES.resolve("README.md")).stream().filter(line -> line.startsWith("./fluxo ")).toList();
        assertThat(lines).hasSize(3);
        for (String line : lines) {
            fluxo(line.replace("./fluxo ", "").replace("my-study.yaml", folder.resolve("small.yaml").toString()).replace("runs/my-run", other.toString()).split(" "));
        }
        assertThat(other.resolve("results.json")).isNotEmptyFile();
    }

    @Test
    void slurmsArrayCallsWorkWithItsShard() throws Exception {
        program("fluxo", "echo \"$@\" >>calls");
        Process job = slurm("3", "8");
        assertThat(job.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(job.exitValue()).isZero();
        assertThat(folder.resolve("requeued")).doesNotExist();
        List<String> calls = Files.readAllLines(folder.resolve("calls"));
        assertThat(calls).hasSize(1).first().asString().startsWith("work " + run + " --shard 3/8 --jobs 2 ");
        assertTrains(calls.getFirst());
    }

    @Test
    void slurmsArrayPassesBadInputOnAndQueuesAgainWhatWasAskedToEnd() throws Exception {
        program("fluxo", "exit 2");
        Process bad = slurm("0", "2");
        assertThat(bad.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(bad.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("requeued")).doesNotExist();

        program("fluxo", "trap 'sleep 0.3; echo saved >saved; exit 143' TERM; touch started; while :; do sleep 0.05; done");
        Process asked = slurm("0", "2");
        for (int i = 0; i < 400 && !Files.exists(folder.resolve("started")); i++) {
            Thread.sleep(50);
        }
        asked.destroy(); // SIGTERM, to the batch shell alone
        assertThat(asked.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(asked.exitValue()).isEqualTo(143);
        assertThat(folder.resolve("saved")).as("it waited for the worker").exists();
        assertThat(folder.resolve("requeued")).hasContent("requeue 4711");
    }

    @Test
    void slurmsOptionsComeBeforeTheFirstCommand() throws Exception {
        List<String> lines = Files.readAllLines(SLURM);
        int firstCommand = lines.indexOf(lines.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).findFirst().orElseThrow());
        assertThat(lines.stream().filter(line -> line.startsWith("#SBATCH")).map(lines::indexOf)).allMatch(at -> at < firstCommand);
        assertThat(lines).contains("#SBATCH --requeue").anyMatch(line -> line.matches("#SBATCH --signal=B:TERM@\\d+")).anyMatch(line -> line.matches("#SBATCH --array=0-\\d+"));
        assertThat(new ProcessBuilder("bash", "-n", SLURM.toString()).start().waitFor()).isZero();
    }

    @Test
    void slurmsScriptSatisfiesShellcheck() throws Exception {
        assumeTrue(isThere("shellcheck"), "no shellcheck here");
        assertThat(new ProcessBuilder("shellcheck", SLURM.toString()).inheritIO().start().waitFor()).isZero();
    }

    /** The names and values are those of Kubernetes' batch/v1 Job. */
    @Test
    void kubernetesJobSaysWhatIsMeant() throws Exception {
        Map<?, ?> job = map(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(PAGES.resolve("kubernetes-indexed-job.yaml"))));
        assertThat(job.keySet()).isEqualTo(Set.of("apiVersion", "kind", "metadata", "spec"));
        assertThat(job.get("apiVersion")).isEqualTo("batch/v1");
        assertThat(job.get("kind")).isEqualTo("Job");
        Map<?, ?> spec = map(job.get("spec"));
        assertThat(spec.keySet()).isEqualTo(Set.of("completionMode", "completions", "parallelism", "backoffLimitPerIndex", "podFailurePolicy", "template"));
        assertThat(spec.get("completionMode")).isEqualTo("Indexed");
        assertThat(spec.get("backoffLimitPerIndex")).isInstanceOf(Integer.class);
        assertThat(map(spec.get("podFailurePolicy"))).isEqualTo(Map.of("rules", List.of(
                Map.of("action", "FailIndex", "onExitCodes", Map.of("containerName", "worker", "operator", "In", "values", List.of(ExitStatus.BAD_INPUT.code()))),
                Map.of("action", "Ignore", "onPodConditions", List.of(Map.of("type", "DisruptionTarget", "status", "True"))))));
        Map<?, ?> pod = map(map(spec.get("template")).get("spec"));
        assertThat(pod.keySet()).isEqualTo(Set.of("restartPolicy", "terminationGracePeriodSeconds", "containers", "volumes"));
        assertThat(pod.get("restartPolicy")).isEqualTo("Never");
        assertThat((Integer) pod.get("terminationGracePeriodSeconds")).as("more than Interruption's patience").isGreaterThan(60);
        Map<?, ?> worker = map(list(pod.get("containers")).getFirst());
        assertThat(worker.keySet()).isEqualTo(Set.of("name", "image", "workingDir", "command", "env", "resources", "volumeMounts"));
        assertThat(worker.get("name")).isEqualTo("worker");
        assertThat(map(list(worker.get("volumeMounts")).getFirst()).get("name")).isEqualTo(map(list(pod.get("volumes")).getFirst()).get("name"));
        Map<?, ?> workers = list(worker.get("env")).stream().map(ClusterFilesTest::map).filter(variable -> variable.get("name").equals("WORKERS")).findFirst().orElseThrow();
        assertThat(workers.get("value")).isEqualTo(spec.get("completions").toString()).isEqualTo(spec.get("parallelism").toString());
        assertCalls(list(worker.get("command")).stream().map(Object::toString).toList(), workers.get("value").toString());
    }

    private void assertCalls(List<String> command, String workers) throws Exception {
        program("fluxo", "echo \"$@\" >>calls; echo $$ >pid");
        ProcessBuilder pod = new ProcessBuilder(command).directory(folder.toFile());
        pod.environment().putAll(Map.of("RUN", run.toString(), "WORKERS", workers, "JOB_COMPLETION_INDEX", "0"));
        Process process = pod.start();
        assertThat(process.waitFor()).isZero();
        assertThat(folder.resolve("pid")).as("signals reach it").hasContent(Long.toString(process.pid()));
        List<String> calls = Files.readAllLines(folder.resolve("calls"));
        assertThat(calls).hasSize(1).first().asString().startsWith("work " + run + " --shard 0/" + workers + " ");
        assertTrains(calls.getFirst());
    }

    /** The real command takes this line, and trains. */
    private void assertTrains(String line) {
        List<Object> arguments = new ArrayList<>(List.of((Object[]) line.split(" ")));
        arguments.add("--quiet");
        fluxo(arguments.toArray()).succeeded();
        fluxo("ablate", "--collect", run).succeeded();
    }

    private Process slurm(String index, String count) throws IOException {
        program("scontrol", "echo \"$@\" >>requeued");
        ProcessBuilder job = new ProcessBuilder("bash", SLURM.toString(), run.toString()).directory(folder.toFile());
        job.environment().putAll(Map.of("SLURM_ARRAY_TASK_ID", index, "SLURM_ARRAY_TASK_COUNT", count, "SLURM_CPUS_PER_TASK", "2", "SLURM_JOB_ID", "4711",
                "SLURM_SUBMIT_DIR", folder.toString(), "PATH", folder + File.pathSeparator + System.getenv("PATH")));
        return job.start();
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/usr/bin/env bash\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private static Map<?, ?> map(Object node) {
        return (Map<?, ?>) node;
    }

    private static List<?> list(Object node) {
        return (List<?>) node;
    }

    private static Called fluxo(Object... arguments) {
        return Called.with(new SyntheticExecutor(3.1), arguments);
    }
}
