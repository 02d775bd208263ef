package io.fluxo.cuda.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code device-check.sh} with a packed program, a PyTorch, an nvidia-smi and a compute-sanitizer that only answer: what it makes of what they say. With the program itself on the emulated
 * GPU it is run by {@code --dry-run}.
 */
@DisabledOnOs(OS.WINDOWS)
class DeviceCheckTest {

    private static final Path SCRIPT = Path.of("device-check.sh");

    /** What returns from the machine with the GPU, at most. */
    private static final int MOST_FILES = 8;

    @TempDir
    Path folder;

    private Path script;

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void makeCheckout() throws Exception {
        assumeTrue(Files.isRegularFile(SCRIPT), "the script is not beside the module");
        assumeTrue(run(Map.of(), List.of("bash", "-c", "command -v tar && command -v xz && command -v timeout && command -v awk")).status == 0, "no bash, tar, xz, timeout or awk");
        script = executable("a checkout/backend-cuda/device-check.sh", Files.readString(SCRIPT));
        try (InputStream java = DeviceCheckTest.class.getResourceAsStream("java")) {
            executable("packed/jre/bin/java", new String(java.readAllBytes(), StandardCharsets.UTF_8));
        }
        Files.createDirectories(folder.resolve("a checkout/.device"));
        assertThat(run(Map.of(), List.of("tar", "-C", folder.resolve("packed").toString(), "-cJf", archive().toString(), "jre")).status).isZero();
        executable("bin/nvidia-smi", """
                #!/bin/bash
                case "$*" in *memory.used*) cat "$CARD" 2>/dev/null && touch "$CARD.told" || echo 100 ;; *) echo "A fake, 580.1" ;; esac
                """);
        executable("bin/python3", """
                #!/bin/bash
                case "$2" in *is_available*) echo yes ;; *PyTorch*) echo PyTorch 2 ;; esac
                """);
        executable("bin/compute-sanitizer", """
                #!/bin/bash
                while [[ "$1" != */java ]]; do shift; done
                exec "$@"
                """);
    }

    private Path archive() {
        return folder.resolve("a checkout/.device/device.tar.xz");
    }

    private Path executable(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    /** @param fake what goes wrong */
    private Ran check(String fake, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(options));
        String card = Files.exists(folder.resolve("bin/nvidia-smi")) ? folder.resolve("card").toString() : "";
        return run(Map.of("FAKE", fake, "CARD", card, "OUT", folder.resolve("out").toString(), "PATH", folder.resolve("bin") + ":/usr/bin:/bin"), command);
    }

    private Ran run(Map<String, String> environment, List<String> command) throws Exception {
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        int status = builder.start().waitFor();
        return new Ran(status, Files.readString(out), Files.readString(err));
    }

    @Test
    void whatIsMeasuredIsInOneTable() throws Exception {
        Ran ran = check("", "--small");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.out.lines().toList()).contains("| conformance | values | 15 passed, 0 failed |  | passed |",
                "| conformance | gradients | 10 passed, 0 failed |  | passed |",
                "| conformance | kernels beside compositions | 4 passed, 0 failed |  | passed |",
                "| conformance | scopes | 2 passed, 0 failed |  | passed |",
                "| ablate | pre-vs-post, 5 steps, twice | the same bytes | --jobs 1 and 2 | passed |");
        assertThat(ran.out).contains(": A fake (8 GiB); driver 580.1; PyTorch 2; ").containsPattern("\\| replay \\| .* the same bits: 5 trainings \\|  \\| passed, \\d+ s \\|")
                .containsPattern("\\| verify \\| the chapter's claims \\| 9 verdicts, all as expected \\|").containsPattern("\\| compute-sanitizer \\| racecheck: .* ERROR SUMMARY: 0 errors \\|");
        // medians of 4, 2 and 3 ms beside 6 and 1.5
        assertThat(ran.out).containsPattern("\\| bench \\| step at ablation size, f32, train \\| 3\\.00 ms \\(4000 tokens/s\\), 800 MiB of the card "
                + "\\| torch-2 6\\.00 ms, 2 MiB allocated; torch-2-compile 1\\.50 ms, 3 MiB allocated \\| 2 times as fast as eager, 0\\.5 times as fast as compiled \\|");
        requireWritten(ran);
    }

    /** The table, the same as JSON, and the logs, in as few files as come back. */
    private void requireWritten(Ran ran) throws IOException {
        Path out = folder.resolve("out");
        assertThat(Files.readString(out.resolve("table.md"))).isEqualTo(ran.out);
        JsonNode json = JsonMapper.shared().readTree(out.resolve("table.json"));
        assertThat(json.path("rows").size()).isEqualTo(ran.out.lines().filter(line -> line.startsWith("| ")).count() - 1);
        assertThat(json.path("rows").path(0).path("check").asString("")).isEqualTo("conformance");
        assertThat(Files.readString(out.resolve("log.txt"))).contains("==== verify, ", "7 cases compared");
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.count()).isLessThanOrEqualTo(MOST_FILES);
        }
    }

    @Test
    void whatFailsIsNamedAndTheOthersGoOn() throws Exception {
        Ran ran = check("fails", "--small");
        assertThat(ran.status).isEqualTo(1);
        assertThat(ran.out).contains("| conformance | values | 14 passed, 1 failed |  | FAILED |", "| conformance | failed | values: softmax [3, 1]: 1 instead of 2 |  | FAILED |",
                "| verify | the chapter's claims |  |  | FAILED with status 1: 1 of 9 verdicts not as expected |", "| verify | failed | eq-10.32 of post is refuted, expected: holds |  | FAILED |",
                "twice | DIFFERENT results | --jobs 1 and 2 | FAILED |", "every difference is rounding", "2 times as fast as eager");
    }

    @Test
    void aPeerThatFailsLeavesFluxosTimes() throws Exception {
        Ran ran = check("no-peer", "--small");
        assertThat(ran.status).isEqualTo(1);
        assertThat(ran.out).contains("step at ablation size, f32, torch.compile |  |  | FAILED with status 2: fluxo: --peer python3: the peer's script failed: out of memory; timed without it |",
                "step at ablation size, f32, PyTorch |").containsPattern("step at ablation size, f32, train \\| 3\\.00 ms .* \\| - \\| measured \\|");
    }

    @Test
    void whatHangsEndsAndTheRestIsLeftOut() throws Exception {
        Ran ran = check("hangs", "--small", "--budget", "6");
        assertThat(ran.status).as(ran.out + ran.err).isEqualTo(1);
        assertThat(ran.out).containsPattern("\\| conformance \\| all sections \\|  \\|  \\| out of time after \\d s \\|").contains("| verify | the chapter's claims |  |  | left out: the budget of 6 s is spent |");
    }

    @Test
    void whereNothingButTheGpuIsItIsSaid() throws Exception {
        for (String tool : List.of("nvidia-smi", "python3", "compute-sanitizer")) {
            Files.delete(folder.resolve("bin").resolve(tool));
        }
        executable("bin/python3", "#!/bin/bash\nexit 1\n");
        Ran ran = check("", "--small", "--python", folder.resolve("bin/python3").toString());
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("not measured: nvidia-smi does not answer", "not on this machine").containsPattern("step at ablation size, f32, train \\| 3\\.00 ms .*measured \\|");
    }

    @Test
    void withoutAGpuItSaysWhy() throws Exception {
        Ran ran = check("no-gpu");
        assertThat(ran.status).isEqualTo(3);
        assertThat(ran.out).contains("| cuda | can it run here? |  |  | FAILED: the CUDA driver finds no GPU |");
    }

    @Test
    void badInputIsRefused() throws Exception {
        assertThat(check("", "--budget", "soon").err).isEqualTo("device-check: --budget must be a number of seconds, not 'soon'\n");
        assertThat(check("", "--bugdet").err).contains("unknown option '--bugdet' (legal: pack, ");
        Files.delete(archive());
        Ran ran = check("");
        assertThat(ran.status).isEqualTo(2);
        assertThat(ran.err).contains("run 'backend-cuda/device-check.sh pack' on a machine with a JDK and Maven");
    }
}
