package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {

    @TempDir
    Path folder;

    /** Takes the lock and keeps it until it is killed. */
    public static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (RunLock _ = RunLock.take(Path.of(arguments[0]))) {
                Files.createFile(Path.of(arguments[0]).resolve("held"));
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void keepsASecondOneOutUntilItCloses() throws Exception {
        try (RunLock _ = RunLock.take(folder)) {
            assertThatThrownBy(() -> RunLock.take(folder)).isInstanceOf(BadInput.class)
                    .hasMessageContaining("another process is running this study (process " + ProcessHandle.current().pid() + ")");
        }
        RunLock.take(folder).close();
    }

    @Test
    void keepsAnotherProcessOutAndGoesWithItWhenItIsKilled() throws Exception {
        Process holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), folder.toString()).inheritIO().start();
        try {
            for (int waited = 0; waited < 1000 && !Files.exists(folder.resolve("held")); waited++) {
                Thread.sleep(20);
            }
            assertThatThrownBy(() -> RunLock.take(folder)).isInstanceOf(BadInput.class).hasMessageContaining("(process " + holder.pid() + ")");
        } finally {
            holder.destroyForcibly();
        }
        assertThat(holder.waitFor(20, TimeUnit.SECONDS)).isTrue();
        RunLock.take(folder).close();
    }
}
