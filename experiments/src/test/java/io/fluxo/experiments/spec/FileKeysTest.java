package io.fluxo.experiments.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.task.TaskParts;
import io.fluxo.setting.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeysTest {

    @TempDir
    Path folder;

    @Test
    void aPathIsShownByTheShortestEndThatTellsItApart() {
        assertThat(shown("task.corpus", List.of("/x/a.txt", "/x/b.txt"))).containsExactly("a.txt", "b.txt");
        assertThat(shown("task.corpus", List.of("/x/one/t.txt", "/x/two/t.txt", "wordnet"))).containsExactly("one/t.txt", "two/t.txt", "wordnet");
        assertThat(shown("task.corpus", List.of("/home/me/en/text.txt", "/home/me/de/text.txt", "/home/you/de/text.txt", "/home/me/other.txt", "wordnet")))
                .containsExactly("en/text.txt", "me/de/text.txt", "you/de/text.txt", "other.txt", "wordnet");
        assertThat(shown("task.corpus", List.of("/x/wordnet", "wordnet"))).containsExactly("/x/wordnet", "wordnet");
        assertThat(shown("task.file", List.of("/t", "/x/t"))).containsExactly("/t", "/x/t");
        assertThat(shown("model.init_from", List.of("", "/x/model"))).containsExactly("", "model");
        assertThat(shown("model.placement", List.of(Choice.of("a/b"), Choice.of("c/b")))).containsExactly(Choice.of("a/b"), Choice.of("c/b"));
    }

    @Test
    void aPathMeansTheSameHoweverItIsWritten() throws IOException {
        assertThat(corpus("./texts/../a.txt")).isEqualTo(folder.resolve("a.txt").toString());
        assertThat(corpus("wordnet")).isEqualTo("wordnet");
        assertThat(corpus("./wordnet")).isEqualTo(folder.resolve("wordnet").toString());
        // where a link leads elsewhere, its parent is there
        Path elsewhere = Files.createDirectories(folder.resolve("else/where"));
        Files.writeString(folder.resolve("else/t.txt"), "x");
        Files.createSymbolicLink(folder.resolve("link"), elsewhere);
        assertThat(corpus("link/../t.txt")).isEqualTo(folder.resolve("link/../t.txt").toString());
    }

    private static List<Object> shown(String key, List<Object> values) {
        return FileKeys.shown(Study.DEFAULT.key(key), values);
    }

    private String corpus(String written) {
        Study study = Study.DEFAULT.withTask(Study.DEFAULT.task().with(TaskParts.CORPUS, written));
        return FileKeys.resolved(study, folder, Locations.of("test")).task().get(TaskParts.CORPUS);
    }
}
