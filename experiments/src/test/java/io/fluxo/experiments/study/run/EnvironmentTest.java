package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {

    @TempDir
    Path folder;

    /** These tests themselves are started somewhere else. */
    @Test
    void theCommitIsThatOfFluxosOwnFolder() throws Exception {
        assumeTrue(git("init", "-q") == 0, "no git");
        Files.writeString(folder.resolve("file"), "one");
        git("add", "file");
        git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "one");
        String commit = Environment.gitCommit(Optional.of(folder)).orElseThrow();
        assertThat(commit).matches("[0-9a-f]{40}");
        Files.writeString(folder.resolve("file"), "two");
        assertThat(Environment.gitCommit(Optional.of(folder))).contains(commit + "-dirty");
    }

    @Test
    void aFolderThatIsNoRepositoryHasNone() throws IOException {
        assertThat(Environment.gitCommit(Optional.of(folder))).isEmpty();
        assertThat(Environment.gitCommit(Optional.empty())).isEmpty();
    }

    @Test
    void whatWasBuiltTellsBuildsApartBeforeTheCommitDoes() {
        Environment.Build one = new Environment.Build("1", Optional.of("abc-dirty"), Optional.of("11-22"));
        assertThat(one.differs(new Environment.Build("1", Optional.of("abc-dirty"), Optional.of("11-22")))).isFalse();
        assertThat(one.differs(new Environment.Build("1", Optional.of("abc-dirty"), Optional.of("33-22")))).as("two states of one folder").isTrue();
        assertThat(one.differs(new Environment.Build("1", Optional.empty(), Optional.of("11-22")))).as("a copy without a repository").isFalse();
        assertThat(one.differs(new Environment.Build("1", Optional.of("abd"), Optional.empty()))).isTrue();
        assertThat(one).hasToString("1 (commit abc-dirty, sources 11-22)");
    }

    private int git(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException missing) {
            return -1;
        }
    }
}
