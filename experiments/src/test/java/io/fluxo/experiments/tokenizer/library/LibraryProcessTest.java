package io.fluxo.experiments.tokenizer.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LibraryProcessTest {

    private static final String WORDS = """
            {'version': '1.0', 'added_tokens': [], 'normalizer': %s, 'pre_tokenizer': null, 'post_processor': %s, 'decoder': null,
             'model': {'type': 'WordLevel', 'vocab': {'a': 0}, 'unk_token': 'a'}}
            """;

    private final LibraryProcess library = LibraryProcess.start(1L << 30, Duration.ofSeconds(20));

    @AfterEach
    void close() {
        library.close();
    }

    private void open(String json) {
        library.open(json.replace('\'', '"'));
    }

    private void open(String normalizer, String postProcessor) {
        open(WORDS.replaceFirst("%s", normalizer).replaceFirst("%s", postProcessor));
    }

    @Test
    void oneTokenizerAfterTheOther() {
        open("null", "null");
        assertThat(library.encode("x", true)).containsExactly(0);
        assertThatThrownBy(() -> open("{}")).isInstanceOf(LibraryException.class);
        open("null", "null");
        assertThat(library.decode(0, 0)).isEqualTo("a a");
    }

    /** A merge whose second half is shorter than the prefix that is to be taken off it: an index that is out of range, in Rust. */
    @Test
    void aPanicIsAnError() {
        assertThatThrownBy(() -> open("""
                {'version': '1.0', 'model': {'type': 'BPE', 'continuing_subword_prefix': '####', 'vocab': {'a': 0, 'b': 1, 'ab': 2}, 'merges': ['a b']}}
                """)).isInstanceOf(LibraryException.class).hasMessage("it ended itself (byte index 4 is out of bounds of `b`)");
        assertThatThrownBy(() -> library.encode("a", true)).isInstanceOf(LibraryException.class); // and stays one
    }

    /** The file is read, and no text can be: it is refused when it is opened. */
    @Test
    void aPanicInEveryTextIsFoundWhenTheTokenizerIsOpened() {
        assertThatThrownBy(() -> open("null", "{'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': 'x', 'type_id': 0}}], 'pair': [], 'special_tokens': {}}"))
                .isInstanceOf(LibraryException.class).hasMessage("it ended itself (no entry found for key)");
    }

    /** Each step makes a text a hundred times as long. */
    @Test
    void memoryHasALimit() {
        String step = "{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': '" + "a".repeat(100) + "'}";
        assertThatThrownBy(() -> open("{'type': 'Sequence', 'normalizers': [" + String.join(",", List.of(step, step, step, step, step, step)) + "]}", "null"))
                .isInstanceOf(LibraryException.class).hasMessage("it needs more memory than 1,024 MB");
    }

    /** The pieces of a long word are looked for in a time that grows with the third power of its length. */
    @Test
    void timeHasALimit() {
        try (LibraryProcess hasty = LibraryProcess.start(1L << 30, Duration.ofSeconds(2))) {
            hasty.open("""
                    {'version': '1.0', 'model': {'type': 'WordPiece', 'unk_token': 'u', 'continuing_subword_prefix': '##', 'max_input_chars_per_word': 1000000000,
                     'vocab': {'u': 0, 'b': 1, '##b': 2}}}
                    """.replace('\'', '"'));
            assertThatThrownBy(() -> hasty.encode("b".repeat(50_000), false)).isInstanceOf(LibraryException.class).hasMessage("it found no end within 2 s");
        }
    }

    @Test
    void nothingIsLeftInTheFolderForTemporaryFiles() throws IOException {
        open("null", "null");
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("fluxo-tokenizers-" + worker().pid() + "-"));
        }
    }

    private static ProcessHandle worker() {
        List<ProcessHandle> workers = ProcessHandle.current().children().filter(child -> child.info().command().orElse("").endsWith("java")).toList();
        assertThat(workers).hasSize(1);
        return workers.getFirst();
    }

    /** DJL's own classes would report to its makers, and fetch libraries: they are not there. */
    @Test
    void nothingThatCallsHomeIsOnTheClassPath() {
        assertThatThrownBy(() -> Class.forName("ai.djl.util.Ec2Utils")).isInstanceOf(ClassNotFoundException.class);
    }

    /** Ctrl-C reaches both processes, and this one may have work to bring to an end. */
    @Test
    void anInterruptIsForThisProcessToHeed() throws Exception {
        open("null", "null");
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(worker().pid())).start().waitFor()).isZero();
        Thread.sleep(100);
        assertThat(library.encode("a", true)).containsExactly(0);
    }

    @Test
    void theProcessEndsWhenItIsClosed() {
        open("null", "null");
        ProcessHandle worker = worker();
        library.close();
        assertThat(worker.isAlive()).isFalse();
    }
}
