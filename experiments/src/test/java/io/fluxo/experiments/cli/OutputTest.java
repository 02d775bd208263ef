package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be written to standard output is not taken for written; in processes of their own, whose output the system refuses. */
class OutputTest {

    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"schema", "backends --json -", "ablate --list", "--version", "help"})
    void aFullDiskIsAnError(String arguments) throws Exception {
        assumeTrue(Files.exists(FULL), "no /dev/full on this system");
        Process process = builder(arguments).redirectOutput(FULL.toFile()).start();
        assertThat(ended(process)).isEqualTo(1);
        assertThat(said()).startsWith("fluxo: standard output cannot be written: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema", "--help"})
    void aReaderThatHasEnoughEndsTheProgramQuietly(String arguments) throws Exception {
        Process process = builder(arguments).start();
        process.getInputStream().close();
        assertThat(ended(process)).isEqualTo(141);
        assertThat(said()).isEmpty();
    }

    private ProcessBuilder builder(String arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), SyntheticMain.class.getName()));
        command.addAll(List.of(arguments.split(" ")));
        return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
    }

    private static int ended(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("err"));
    }
}
