package io.fluxo.experiments.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A pipe where a file should be would keep its reader waiting: the time limit only ends what then hangs. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IrregularFilesTest {

    private static final String WHY = ": is a pipe, a device or a socket; only regular files are read";

    @TempDir
    Path folder;

    private Path pipe;

    @BeforeEach
    void makePipe() throws Exception {
        pipe = pipe(folder.resolve("pipe"));
    }

    @Test
    void whatAStudyReads() throws IOException {
        fluxo("ablate", pipe).refused(2, pipe + WHY);
        fluxo("ablate", Files.createSymbolicLink(folder.resolve("link.yaml"), pipe)).refused(2, "link.yaml" + WHY);
        fluxo("ablate", "--corpus", pipe).refused(2, "--corpus: " + pipe + WHY);
        Path study = folder.resolve("study.yaml");
        Files.writeString(study, "task: {corpus: pipe}");
        fluxo("ablate", study).refused(2, "study.yaml:1: task.corpus: " + pipe + WHY);
        Files.writeString(study, "task: {kind: tokens, file: pipe}");
        fluxo("ablate", study).refused(2, "study.yaml:1: task.file: " + pipe + WHY);
        Files.writeString(study, "model: {init_from: pipe}");
        fluxo("ablate", study).refused(2, "study.yaml:1: model.init_from: " + pipe + WHY);
        Files.writeString(study, "task: {corpus: /dev/zero}");
        fluxo("ablate", study).refused(2, "study.yaml:1: task.corpus: /dev/zero" + WHY);
    }

    @Test
    void linksToRegularFilesAreRead() throws IOException {
        Path small = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
        fluxo("ablate", Files.createSymbolicLink(folder.resolve("link.yaml"), small), "--out", folder.resolve("run"), "--quiet").succeeded();
    }

    @Test
    void whatARunLeft() throws Exception {
        Path small = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
        Path run = folder.resolve("run");
        fluxo("ablate", small, "--out", run, "--quiet").succeeded();
        Path record = run.resolve("trials/placement=pre,seed=1/trial.json");
        Files.delete(record);
        pipe(record);
        fluxo("ablate", "--resume", run).refused(2, record + WHY);
        Files.delete(record);
        fluxo("ablate", "--resume", run, "--quiet").succeeded();
        for (String file : new String[] {".lock", "environment.json", "study.yaml"}) {
            Files.delete(run.resolve(file));
            pipe(run.resolve(file));
            fluxo("ablate", "--resume", run).refused(2, run.toString());
        }
    }

    private static Path pipe(Path at) throws Exception {
        int status;
        try {
            status = new ProcessBuilder("mkfifo", at.toString()).start().waitFor();
        } catch (IOException absent) {
            status = 1;
        }
        assumeTrue(status == 0, "mkfifo is not here, so that there is no pipe to try");
        return at;
    }

    private static Called fluxo(Object... arguments) {
        return Called.with(new SyntheticExecutor(3.1), arguments);
    }
}
