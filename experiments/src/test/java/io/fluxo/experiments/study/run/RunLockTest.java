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
    void whoOnlyLooksSeesThatItIsTaken() throws Exception {
        assertThat(RunLock.isTaken(folder)).as("no run").isFalse();
        try (RunLock _ = RunLock.take(folder)) {
            assertThat(RunLock.isTaken(folder)).isTrue();
        }
        assertThat(RunLock.isTaken(folder)).isFalse();
        assertThat(folder.resolve(RunLock.FILE)).as("stays, and says who had it last").hasContent("process " + ProcessHandle.current().pid());
    }

    @Test
    void whoTakesItIsWrittenInPlaceOfWhoHadIt() throws Exception {
        Files.writeString(folder.resolve(RunLock.FILE), "process 123456789012345678901234567890\nand more");
        RunLock.take(folder).close();
        assertThat(folder.resolve(RunLock.FILE)).hasContent("process " + ProcessHandle.current().pid());
    }

    @Test
    void aFolderThatIsNotThereCannotBeLocked() {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> RunLock.take(none)).isInstanceOf(BadInput.class).hasMessageStartingWith(none.resolve(RunLock.FILE) + ": cannot be locked (")
                .hasMessageEndingWith("), and without a lock two processes could write into one run");
    }

    @Test
    void aLockIsARegularFile() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve(RunLock.FILE), Path.of("/dev/null"));
        assertThatThrownBy(() -> RunLock.take(folder)).isInstanceOf(BadInput.class).hasMessageStartingWith(link + ": is a pipe, a device or a socket");
        Files.delete(link);
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
            assertThat(RunLock.isTaken(folder)).isTrue();
        } finally {
            holder.destroyForcibly();
        }
        assertThat(holder.waitFor(20, TimeUnit.SECONDS)).isTrue();
        RunLock.take(folder).close();
    }
}
