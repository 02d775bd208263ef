package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a specification of a task says, and how it is opened. */
class TaskSpecTest {

    private static TaskSpec spec(String kind) {
        return TaskSpec.DEFAULT.with(TaskSpec.KIND, kind);
    }

    /** A kind with keys of its own, which opens nothing. */
    private record Bare(List<Key<?>> keys) implements TaskKind {
        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return false;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return null;
        }
    }

    private static Key<Integer> key(String name, int standard) {
        return Key.of(name, Type.whole(0), standard, "a number");
    }

    @Test
    void fluxosOwnTasksHaveTheseNames() {
        assertThat(Catalog.of(TaskParts::contributeTo).names(TaskKind.KIND)).containsExactly("char_lm", "tokens", "markov", "recall", "induction", "sort", "copy");
    }

    @Test
    void onlyTasksThatLearnFromAFileHaveOne() {
        assertThat(spec("char_lm").fileKey()).hasValue("corpus");
        assertThat(spec("char_lm").path()).as("WordNet is no file").isEmpty();
        assertThat(spec("char_lm").with(TaskParts.CORPUS, "my.txt").path()).hasValue("my.txt");
        assertThat(spec("tokens").with(TokenFile.FILE, "ids.txt").fileKey()).hasValue("file");
        assertThat(spec("tokens").with(TokenFile.FILE, "ids.txt").path()).hasValue("ids.txt");
        assertThat(spec("markov").with(TaskParts.CORPUS, "my.txt").fileKey()).isEmpty();
        assertThat(spec("markov").with(TaskParts.CORPUS, "my.txt").path()).isEmpty();
    }

    @Test
    void keysThatTheKindDoesNotReadAreNotChecked() {
        assertThat(spec("markov").with(TaskParts.SYMBOLS, 0).violations(Fixtures.ALL)).isEmpty();
        assertThat(spec("sort").with(TaskParts.SYMBOLS, 0).violations(Fixtures.ALL)).hasSize(1);
    }

    @Test
    void tasksShareAKeyWhereTheyDeclareItAlike() {
        Catalog alike = Catalog.of(to -> to.add(TaskKind.KIND, "char_lm", new Bare(List.of(key("n", 1)))), to -> to.add(TaskKind.KIND, "other", new Bare(List.of(key("n", 1)))));
        assertThat(TaskSpec.of(alike).keys().names()).containsExactly("kind", "n");
        Catalog different = Catalog.of(to -> to.add(TaskKind.KIND, "char_lm", new Bare(List.of(key("n", 1)))), to -> to.add(TaskKind.KIND, "other", new Bare(List.of(key("n", 2)))));
        assertThatThrownBy(() -> TaskSpec.of(different)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the task 'other' declares the key 'n' otherwise than another task does");
    }

    @Test
    void noTaskMayDeclareTheKeyThatNamesIt() {
        assertThat(TaskKind.KIND.objection().apply("mine", new Bare(List.of(key("kind", 1))))).hasValue("declares a key 'kind', which means something else there");
        assertThat(TaskKind.KIND.objection().apply("mine", new Bare(List.of(key("n", 1))))).isEmpty();
    }

    /** A model that sees later positions would copy the answer. */
    @Test
    void recallAndSortingOfOneItemNeverShowAnAnswerLater() {
        for (String kind : List.of("char_lm", "tokens", "markov", "induction", "sort", "copy")) {
            assertThat(showsAnswersLater(spec(kind))).as(kind).isTrue();
        }
        assertThat(showsAnswersLater(spec("sort").with(TaskParts.ITEMS, 1))).isFalse();
        assertThat(showsAnswersLater(spec("sort").with(TaskParts.ITEMS, 2))).isTrue();
        assertThat(showsAnswersLater(spec("recall"))).isFalse();
    }

    private static boolean showsAnswersLater(TaskSpec spec) {
        return Fixtures.ALL.find(TaskKind.KIND, spec.kind()).orElseThrow().showsAnswersLater(spec);
    }

    @Test
    void everyTaskDescribesItselfAndNamesItsSymbols() {
        Tasks tasks = new Tasks(Fixtures.ALL);
        Task markov = tasks.open(spec("markov").with(Markov.STATES, 3), false);
        assertThat(markov.symbols()).containsExactly("s0", "s1", "s2");
        assertThat(markov.describe()).matches("a Markov chain of 3 states, entropy rate [0-9.]+ nats, unigram entropy [0-9.]+ nats");
        assertThat(markov.readsCharacters()).isFalse();
        Task induction = tasks.open(spec("induction").with(TaskParts.SYMBOLS, 9).with(TaskParts.ITEMS, 5), false);
        assertThat(induction.describe()).isEqualTo("repeated random sequences of 3 … 5 out of 9 symbols");
    }

    @Test
    void anUnknownKindAndOneThatOpensNothingAreNamed() {
        TaskSpec bare = TaskSpec.of(Catalog.of(to -> to.add(TaskKind.KIND, "char_lm", new Bare(List.of()))));
        Tasks tasks = new Tasks(Catalog.of(to -> to.add(TaskKind.KIND, "char_lm", new Bare(List.of()))));
        assertThatThrownBy(() -> tasks.open(bare, false)).isInstanceOf(BadInput.class).hasMessageStartingWith("the task 'char_lm' (").hasMessageEndingWith("returns null from open()");
        assertThatThrownBy(() -> tasks.open(spec("markov"), false)).isInstanceOf(IllegalArgumentException.class).hasMessage("no such task: markov");
    }

    /** What was read is what counts, whatever the file holds later. */
    @Test
    void aFileIsKnownByWhatWasRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), "abcabc");
        Tasks tasks = new Tasks(Fixtures.ALL);
        TaskSpec spec = spec("char_lm").with(TaskParts.CORPUS, file.toString());
        tasks.open(spec, false);
        Files.writeString(file, "another");
        assertThat(tasks.open(spec, true).vocabulary()).isEqualTo(3);
        assertThat(tasks.content(file.toString())).isEqualTo(new Fingerprint(Fingerprint.sha256("abcabc".getBytes(StandardCharsets.UTF_8)), 6));
    }
}
