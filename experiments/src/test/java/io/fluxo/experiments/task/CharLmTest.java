package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharLmTest {

    private static final RandomKey KEY = RandomKey.of(1).split("data");

    @TempDir
    Path folder;

    @Test
    void wordNetIsTheCorpusThatTheClaimsWereMeasuredOn() {
        Task task = new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT, false);
        assertThat(task.vocabulary()).isEqualTo(91);
        assertThat(task.describe()).contains("10,357,578").contains("91 distinct");
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(3.097, within(5e-4));
        assertThat(task.floor()).isEmpty();
        assertThat(text(task, task.batch(KEY, 0, 1, 32))).hasSize(33);
    }

    @Test
    void wordNetBeginsWithAWordAndItsGloss() throws IOException {
        byte[] head = WordNet.open().readNBytes(120);
        assertThat(new String(head, StandardCharsets.UTF_8)).startsWith("able: (usually followed by `to') having the necessary means or skill");
    }

    @Test
    void tinyShakespeareHasTheEntropyThatTheClaimsName() {
        Task task = new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskParts.CORPUS, Fixtures.data("corpora/tinyshakespeare.txt").toString()), false);
        assertThat(task.vocabulary()).isEqualTo(65);
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(3.31, within(0.01));
    }

    @Test
    void idsFollowTheOrderOfTheCharacters() throws IOException {
        Task task = task("cab😀é", false);
        assertThat(task.symbols()).containsExactly("a", "b", "c", "é", "😀");
        assertThat(windows(task.batch(KEY, 0, 1, 4))).containsExactly(2, 0, 1, 4, 3);
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(Math.log(5), within(1e-12));
    }

    @Test
    void manyDistinctCharactersKeepTheirOrderToo() throws IOException {
        String text = IntStream.range(0, 3000).mapToObj(i -> Character.toString(0x4E00 + i * 7 % 3000)).collect(Collectors.joining());
        Task task = task(text + text, false);
        assertThat(task.vocabulary()).isEqualTo(3000);
        assertThat(text(task, task.batch(KEY, 3, 2, 49))).satisfies(drawn -> {
            assertThat(text + text).contains(drawn.substring(0, 50));
            assertThat(text + text).contains(drawn.substring(50));
        });
    }

    @Test
    void batchesAreAPureFunctionOfKeyAndStep() throws IOException {
        Task task = task("the quick brown fox jumps over the lazy dog. ".repeat(20), false);
        assertThat(task.batch(KEY, 7, 4, 8)).isEqualTo(task.batch(KEY, 7, 4, 8)).isNotEqualTo(task.batch(KEY, 8, 4, 8));
        assertThat(task.batch(KEY.split(1), 7, 4, 8)).isNotEqualTo(task.batch(KEY, 7, 4, 8));
    }

    @Test
    void validationIsTheLastTenthAndTrainingNeverSeesIt() throws IOException {
        Task task = task("a".repeat(900) + "b".repeat(100), true);
        for (int step = 0; step < 50; step++) {
            assertThat(windows(task.batch(KEY, step, 8, 9))).containsOnly(0);
        }
        assertThat(task.validationBatches(2, 9)).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            assertThat(windows(task.validationBatch(i, 2, 9))).hasSize(20).containsOnly(1);
        }
        assertThat(Arrays.stream(windows(task("a".repeat(900) + "b".repeat(100), false).batch(KEY, 1, 500, 9))).max()).hasValue(1);
    }

    @Test
    void refusesWhatIsNoCorpus() throws IOException {
        refuse("none.txt", "no such corpus: give 'wordnet' or the path");
        Files.createDirectory(folder.resolve("dir"));
        refuse("dir", "is a directory");
        Files.createFile(folder.resolve("empty.txt"));
        refuse("empty.txt", "the text is empty");
        byte[] bytes = "a".repeat(70_000).getBytes(StandardCharsets.US_ASCII);
        bytes[69_990] = (byte) 0xff;
        Files.write(folder.resolve("latin.txt"), bytes);
        refuse("latin.txt", "not UTF-8 text: byte 0xff at offset 69,990");
        Files.write(folder.resolve("cut.txt"), new byte[] {'a', (byte) 0xe2, (byte) 0x82});
        refuse("cut.txt", "not UTF-8 text: byte 0xe2 at offset 1");
    }

    @Test
    void refusesATextThatIsShorterThanAWindow() throws IOException {
        assertThatThrownBy(() -> task("x".repeat(32), false).require(32)).isInstanceOf(BadInput.class)
                .hasMessageContaining("the text has 32 characters; 33 are needed for windows of n_ctx + 1 = 33");
        assertThatThrownBy(() -> task("x".repeat(329), true).require(32)).hasMessageContaining("330 are needed").hasMessageContaining("a tenth kept");
        task("x".repeat(33), false).require(32);
        task("x".repeat(330), true).require(32);
        assertThat(task("x".repeat(330), true).validationBatches(4, 32)).isEqualTo(1);
        assertThat(windows(task("x".repeat(330), true).validationBatch(0, 4, 32))).hasSize(4 * 33);
    }

    private void refuse(String name, String message) {
        TaskSpec spec = TaskSpec.DEFAULT.with(TaskParts.CORPUS, folder.resolve(name).toString());
        assertThatThrownBy(() -> new Tasks(Fixtures.ALL).open(spec, false)).isInstanceOf(BadInput.class).hasMessageContaining(message).hasMessageContaining(name);
    }

    private Task task(String text, boolean holdOut) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, text);
        return new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskParts.CORPUS, file.toString()), holdOut);
    }

    @Test
    void theExaminationTellsPositionsApartOnTheTextKeptBack() throws IOException {
        assertThat(task("ab".repeat(200), false).exam(8)).isSameAs(Exam.NONE);
        Exam exam = task("a".repeat(9000) + "b".repeat(1000), true).exam(3);
        assertThat(exam.axis()).isEqualTo("position");
        assertThat(exam.at()).containsExactly(1.0, 2.0, 3.0);
        assertThat(exam.papers()).isEqualTo(7);
        Exam.Paper paper = exam.paper().apply(6);
        assertThat(windows(paper.examples())).hasSize(32 * 4).containsOnly(1);
        assertThat(Arrays.copyOf(paper.place(), 7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    /** The windows that examples were cut from. */
    private static int[] windows(Examples examples) {
        int length = examples.length();
        int[] ids = new int[examples.rows() * (length + 1)];
        for (int row = 0; row < examples.rows(); row++) {
            System.arraycopy(examples.tokens(), row * length, ids, row * (length + 1), length);
            ids[row * (length + 1) + length] = examples.targets()[row * length + length - 1];
        }
        return ids;
    }

    private static String text(Task task, Examples examples) {
        return Arrays.stream(windows(examples)).mapToObj(task.symbols()::get).collect(Collectors.joining());
    }

    /** Characters that all differ are their own positions: windows begin with the text kept back and end with it, evenly in between. */
    @Test
    void validationLiesEvenlyOverTheTextKeptBack() throws IOException {
        Task task = task(distinct(3000), true);
        int rows = 4;
        int batches = task.validationBatches(rows, 9);
        assertThat(batches).as("300 characters, windows of 10, 4 in a batch").isEqualTo(7);
        int[] starts = IntStream.range(0, batches).flatMap(i -> starts(task.validationBatch(i, rows, 9))).toArray();
        assertEven(starts, 28, 2700, 2990);
    }

    @Test
    void theExaminationLiesEvenlyOverTheTextKeptBack() throws IOException {
        Task task = task(distinct(20_000), true);
        Exam exam = task.exam(9);
        assertThat(exam.papers()).as("2,000 characters, windows of 10, 32 in a paper").isEqualTo(6);
        assertEven(IntStream.range(0, 6).flatMap(i -> starts(exam.paper().apply(i).examples())).toArray(), 192, 18_000, 19_990);
    }

    private static void assertEven(int[] starts, int count, int first, int last) {
        assertThat(starts).hasSize(count).isSorted();
        assertThat(starts[0]).isEqualTo(first);
        assertThat(starts[count - 1]).isEqualTo(last);
        for (int i = 1; i < count; i++) {
            assertThat((double) starts[i] - starts[i - 1]).isCloseTo((double) (last - first) / (count - 1), within(1.0));
        }
    }

    private static IntStream starts(Examples examples) {
        return IntStream.range(0, examples.rows()).map(row -> examples.tokens()[row * examples.length()]);
    }

    private static String distinct(int count) {
        return IntStream.range(0, count).mapToObj(i -> Character.toString(0x4E00 + i)).collect(Collectors.joining());
    }

    @Test
    void trainingDrawsEveryWindowThereIs() throws IOException {
        Task task = task(distinct(40), false);
        Examples drawn = task.batch(KEY, 1, 2000, 9);
        assertThat(starts(drawn).distinct().sorted()).containsExactly(IntStream.range(0, 31).boxed().toArray(Integer[]::new));
    }

    @Test
    void aTextIsReadWhateverRoomWasMadeForIt() throws IOException {
        for (int distinct : new int[] {3, 256, 257, 3000}) {
            String text = IntStream.range(0, 9000).mapToObj(i -> Character.toString(0x4E00 + i % distinct)).collect(Collectors.joining());
            TokenText read = TokenText.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "text", 0);
            assertThat(read.name()).isEqualTo("text");
            assertThat(read.length()).isEqualTo(9000);
            assertThat(IntStream.range(0, 9000).map(read::id)).as("%d distinct", distinct).isEqualTo(IntStream.range(0, 9000).map(i -> i % distinct).boxed().toList());
        }
    }

    @Test
    void aTextHasFewerDistinctCharactersThanThereAreIds() throws IOException {
        assertThat(TokenText.read(manyDistinct(65_535), "text", 0).vocabulary()).isEqualTo(65_535);
        assertThatThrownBy(() -> TokenText.read(manyDistinct(65_536), "text", 0)).isInstanceOf(BadInput.class).hasMessage("text: more than 65,535 distinct characters");
    }

    private static ByteArrayInputStream manyDistinct(int characters) {
        return new ByteArrayInputStream(IntStream.range(0, characters).mapToObj(i -> Character.toString(0x10000 + i)).collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8));
    }

    /** A file is refused by its size, before it is read. */
    @Test
    void aFileThatIsTooLargeIsRefused() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("large.txt").toFile(), "rw")) {
            file.setLength(TokenText.MAX_BYTES + 1); // a hole: it takes no room
        }
        refuse("large.txt", "536,870,913 bytes, larger than the limit of 536,870,912 bytes");
    }

    @Test
    void charactersAreWhatItReadsAndNothingIsKeptBackUnlessAskedFor() throws IOException {
        assertThat(task("abcabc", false).readsCharacters()).isTrue();
        assertThat(task("abc".repeat(100), false).validationBatches(1, 4)).isZero();
    }
}
