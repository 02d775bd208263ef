package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.StudyTrials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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

    /** A folder within another project has nothing to do with its commits. */
    @Test
    void theRepositoryAroundTheFolderIsAnother() throws Exception {
        assumeTrue(git("init", "-q") == 0, "no git");
        git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "one");
        Path within = Files.createDirectory(folder.resolve("within"));
        assertThat(Environment.gitCommit(Optional.of(folder))).isPresent();
        assertThat(Environment.gitCommit(Optional.of(within))).isEmpty();
    }

    @Test
    void anInterruptionWhileGitRunsIsNotLost() throws Exception {
        assumeTrue(git("init", "-q") == 0, "no git");
        Thread.currentThread().interrupt();
        assertThat(Environment.gitCommit(Optional.of(folder))).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void thisBuildIsTheOneThatTheLauncherTellsOf() throws Exception {
        assumeTrue(git("init", "-q") == 0, "no git");
        git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "one");
        String home = System.getProperty("fluxo.home");
        try {
            System.setProperty("fluxo.home", folder.toString());
            assertThat(Environment.Build.current().commit()).isEqualTo(Environment.gitCommit(Optional.of(folder))).isPresent();
            System.clearProperty("fluxo.home");
            assertThat(Environment.Build.current().commit()).isEmpty();
        } finally {
            if (home != null) {
                System.setProperty("fluxo.home", home);
            }
        }
        assertThat(Environment.Build.current().version()).isEqualTo(Environment.version("fluxo")).matches("[0-9]+\\..+");
        assertThat(Environment.version("nothing")).isEqualTo("unknown");
    }

    @Test
    void aRunTellsWhereAndOfWhatItWasMade() {
        StudyTrials trials = StudyTrials.of(Fixtures.study(Fixtures.SMALL), 7, Fixtures.ALL, Locations.of("test"));
        Environment.Call call = new Environment.Call("ablate", "fluxo ablate a.yaml --seed 7", "fluxo ablate a.yaml", List.of("training.steps"));
        ObjectNode told = Environment.describe(call, new BackendChoice("simd", Optional.of("f32"), 1, 2), "simd, checked", trials, Map.of("a.jar", "12ab"));
        assertThat(told.propertyNames()).containsExactly("fluxo", "job", "command", "again", "options", "seed", "backend", "tasks", "inputs", "java", "os", "git_commit", "sources",
                "plugins", "started");
        assertThat(told.path("fluxo").asString()).isEqualTo(Environment.version("fluxo"));
        assertThat(told.path("job").asString()).isEqualTo("ablate");
        assertThat(told.path("command").asString()).isEqualTo("fluxo ablate a.yaml --seed 7");
        assertThat(told.path("again").asString()).isEqualTo("fluxo ablate a.yaml");
        assertThat(told.path("options").toString()).isEqualTo("[\"training.steps\"]");
        assertThat(told.path("seed").intValue()).isEqualTo(7);
        assertThat(told.path("backend").toString()).isEqualTo("{\"name\":\"simd\",\"stack\":\"simd, checked\",\"dtype\":\"f32\",\"device\":1,\"threads\":2}");
        assertThat(told.path("tasks")).as("one, of four trials").isEqualTo(Environment.tasks(trials)).hasSize(1);
        assertThat(told.path("tasks").get(0).asString()).isEqualTo(trials.all().getFirst().task().describe()).isNotEmpty();
        assertThat(told.path("java").path("version").asString()).isEqualTo(Runtime.version().toString());
        assertThat(told.path("java").path("max_heap_mb").longValue()).isEqualTo(Runtime.getRuntime().maxMemory() / (1024 * 1024));
        assertThat(told.path("plugins").toString()).isEqualTo("{\"a.jar\":\"12ab\"}");
        assertThat(Instant.parse(told.path("started").asString()).getNano()).isZero();
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

    @Test
    void buildsOfWhichLessIsKnownAreToldApartByVersionAndCommit() {
        Environment.Build one = new Environment.Build("1", Optional.of("0123456789abcdef0123456789abcdef01234567"), Optional.empty());
        assertThat(one.differs(new Environment.Build("2", Optional.empty(), Optional.empty()))).isTrue();
        assertThat(one.differs(new Environment.Build("1", Optional.empty(), Optional.of("11-22")))).isFalse();
        assertThat(one.differs(new Environment.Build("1", one.commit(), Optional.empty()))).isFalse();
        assertThat(one).as("a commit is shortened").hasToString("1 (commit 0123456789ab)");
        assertThat(new Environment.Build("1", Optional.empty(), Optional.empty())).hasToString("1");
    }

    @Test
    void theBuildThatBeganARunIsReadFromItsEnvironment() {
        assertThat(Environment.Build.of(Json.parse("""
                {"fluxo": "1", "git_commit": "abc", "sources": null}"""))).isEqualTo(new Environment.Build("1", Optional.of("abc"), Optional.empty()));
        assertThat(Environment.Build.of(Json.object())).isEqualTo(new Environment.Build("unknown", Optional.empty(), Optional.empty()));
    }

    @Test
    void everyContinuationIsRecorded() {
        ObjectNode environment = Json.object().put("again", "fluxo train a.yaml --steps 30 --quiet");
        Environment.Call call = new Environment.Call("train", "fluxo train --resume run", "", List.of("training.steps"));
        Environment.Build build = new Environment.Build("2", Optional.of("abc"), Optional.empty());
        Environment.continued(environment, call, build, List.of());
        Environment.continued(environment, call, build, List.of("conditions"));
        JsonNode first = environment.path("continued").get(0);
        assertThat(first.propertyNames()).containsExactly("fluxo", "git_commit", "sources", "command", "started");
        assertThat(first.path("command").asString()).isEqualTo("fluxo train --resume run");
        assertThat(first.path("git_commit").asString()).isEqualTo("abc");
        assertThat(environment.path("continued").get(1).path("changed").toString()).isEqualTo("[\"conditions\"]");
        Environment.lengthened(environment, call, build, 50);
        assertThat(environment.path("continued").size()).isEqualTo(3);
        assertThat(environment.path("again").asString()).as("asks for all steps at once").isEqualTo("fluxo train a.yaml --quiet --steps 50");
        assertThat(environment.path("options").toString()).isEqualTo("[\"training.steps\"]");
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
