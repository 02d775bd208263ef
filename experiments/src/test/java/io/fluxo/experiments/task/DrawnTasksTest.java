package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawnTasksTest {

    private static final RandomKey KEY = RandomKey.of(1).split("data");

    private static TaskSpec spec(String kind) {
        return TaskSpec.DEFAULT.with(TaskSpec.KIND, kind);
    }

    private static Task open(TaskSpec spec) {
        return new Tasks(Fixtures.ALL).open(spec, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"recall", "induction", "sort", "copy"})
    void examplesAreAPureFunctionOfKeyAndStep(String kind) {
        Task task = open(spec(kind));
        assertThat(task.batch(KEY, 5, 3, 64)).isEqualTo(open(spec(kind)).batch(KEY, 5, 3, 64)).isNotEqualTo(task.batch(KEY, 6, 3, 64));
        assertThat(task.batch(KEY.split(1), 5, 3, 64)).isNotEqualTo(task.batch(KEY, 5, 3, 64));
        assertThat(task.validationBatch(0, 3, 64)).isEqualTo(task.validationBatch(0, 3, 64)).isNotEqualTo(task.validationBatch(1, 3, 64));
        assertThat(Arrays.stream(task.validationBatch(0, 3, 64).tokens())).allMatch(id -> id >= 0 && id < task.vocabulary());
        assertThat(task.symbols()).hasSize(task.vocabulary()).doesNotHaveDuplicates();
        assertThat(task.floor()).hasValue(0);
    }

    @Test
    void recallShowsPairsThenAsksForEachOfThem() {
        Task task = open(spec("recall").with(Recall.PAIRS, List.of(5)).with(Recall.DISTANCE, 3));
        Examples examples = task.batch(KEY, 1, 40, 13);
        assertThat(examples.channels()).isEqualTo(2);
        assertThat(examples.length()).isEqualTo(13);
        boolean shuffled = false;
        for (int row = 0; row < 40; row++) {
            Map<Integer, Integer> shown = new HashMap<>();
            for (int i = 0; i < 5; i++) {
                assertThat(target(examples, row, i)).isEqualTo(Examples.NOTHING);
                assertThat(id(examples, row, i, 0)).isBetween(0, 63);
                assertThat(id(examples, row, i, 1)).isBetween(64, 127);
                shown.put(id(examples, row, i, 0), id(examples, row, i, 1));
            }
            assertThat(shown).as("different keys").hasSize(5);
            for (int i = 5; i < 8; i++) {
                assertThat(id(examples, row, i, 0)).isEqualTo(129);
                assertThat(id(examples, row, i, 1)).isEqualTo(128);
                assertThat(target(examples, row, i)).isEqualTo(Examples.NOTHING);
            }
            Set<Integer> asked = new HashSet<>();
            for (int i = 8; i < 13; i++) {
                assertThat(id(examples, row, i, 1)).as("hidden").isEqualTo(128);
                assertThat(target(examples, row, i)).isEqualTo(shown.get(id(examples, row, i, 0)));
                asked.add(id(examples, row, i, 0));
                shuffled |= id(examples, row, i, 0) != id(examples, row, i - 8, 0);
            }
            assertThat(asked).isEqualTo(shown.keySet());
        }
        assertThat(shuffled).isTrue();
    }

    @Test
    void recallMixesLoadsAndSpreadsKeysAndValuesEvenly() {
        Task task = open(spec("recall"));
        Map<Integer, Integer> loads = new HashMap<>();
        int[] counts = new int[task.vocabulary()];
        int answers = 0;
        for (int step = 1; step <= 1200; step++) {
            Examples examples = task.batch(KEY, step, 4, 64);
            loads.merge(examples.length() / 2, 1, Integer::sum);
            for (int i = 0; i < examples.targets().length; i++) {
                if (examples.targets()[i] != Examples.NOTHING) {
                    counts[examples.targets()[i]]++;
                    counts[examples.tokens()[2 * i]]++;
                    answers++;
                }
            }
        }
        assertThat(loads.keySet()).containsExactlyInAnyOrder(1, 2, 4, 8, 16, 32);
        assertThat(loads.values()).allMatch(count -> count > 150 && count < 250); // 200 ± 4 standard deviations
        for (int id = 0; id < 128; id++) {
            assertThat(counts[id]).as("id %d", id).isCloseTo(answers / 64, within((int) (5 * Math.sqrt(answers / 64.0))));
        }
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(Math.log(64), within(1e-12));
    }

    @Test
    void recallIsExaminedLoadByLoad() {
        Exam exam = open(spec("recall").with(Recall.PAIRS, List.of(32, 1, 4)).with(Recall.DISTANCE, 0)).exam(64);
        assertThat(exam.axis()).isEqualTo("pairs");
        assertThat(exam.at()).containsExactly(1.0, 4.0, 32.0);
        int[] answers = new int[3];
        for (int i = 0; i < exam.papers(); i++) {
            Exam.Paper paper = exam.paper().apply(i);
            int load = exam.at().get(paper.place()[0]).intValue();
            assertThat(paper.examples().length()).isEqualTo(2 * load);
            answers[paper.place()[0]] += paper.examples().asked();
        }
        assertThat(Arrays.stream(answers)).allMatch(count -> count >= 1024);
    }

    @Test
    void inductionRepeatsAndAsksForWhatWasSeen() {
        Task task = open(spec("induction").with(TaskParts.SYMBOLS, 64).with(TaskParts.ITEMS, 32));
        Examples examples = task.batch(KEY, 1, 300, 64);
        Set<Integer> periods = new HashSet<>();
        for (int row = 0; row < 300; row++) {
            int first = 0;
            while (target(examples, row, first) == Examples.NOTHING) {
                first++;
            }
            periods.add(first);
            for (int i = first; i < 64; i++) {
                assertThat(id(examples, row, i, 0)).isEqualTo(id(examples, row, i - first, 0));
                assertThat(target(examples, row, i)).isEqualTo(id(examples, row, i - first + 1, 0));
            }
            int[] block = Arrays.copyOfRange(examples.tokens(), row * 64, row * 64 + first);
            assertThat(Arrays.stream(block).distinct().count()).isEqualTo(first);
        }
        assertThat(periods).hasSize(17).allMatch(period -> period >= 16 && period <= 32);
    }

    @Test
    void sortAndCopyAskForTheRearrangement() {
        TaskSpec spec = spec("sort").with(TaskParts.SYMBOLS, 3).with(TaskParts.ITEMS, 6);
        Examples sort = open(spec).batch(KEY, 1, 50, 12);
        Examples copy = open(spec.with(TaskSpec.KIND, "copy")).batch(KEY, 1, 50, 12);
        for (int row = 0; row < 50; row++) {
            for (Examples examples : List.of(sort, copy)) {
                int start = row * 12;
                assertThat(Arrays.copyOfRange(examples.targets(), start, start + 6)).containsOnly(Examples.NOTHING);
                assertThat(examples.tokens()[start + 6]).as("separator").isEqualTo(3);
                int[] answer = Arrays.copyOfRange(examples.targets(), start + 6, start + 12);
                assertThat(Arrays.copyOfRange(examples.tokens(), start + 7, start + 12)).as("shown once answered").isEqualTo(Arrays.copyOf(answer, 5));
                int[] expected = Arrays.copyOfRange(examples.tokens(), start, start + 6);
                if (examples == sort) {
                    Arrays.sort(expected);
                }
                assertThat(answer).isEqualTo(expected);
            }
        }
    }

    @Test
    void aContextThatIsTooShortIsRefused() {
        assertThatThrownBy(() -> open(spec("recall").with(Recall.PAIRS, List.of(8, 2)).with(Recall.DISTANCE, 5)).require(20)).isInstanceOf(BadInput.class)
                .hasMessage("associative recall of 8, 2 pairs, 64 keys, 64 values, 5 filler positions: n_ctx must be at least 21 to hold a sequence, not 20");
        open(spec("recall").with(Recall.PAIRS, List.of(8, 2)).with(Recall.DISTANCE, 5)).require(21);
        assertThatThrownBy(() -> open(spec("induction")).require(31)).hasMessageContaining("at least 32");
        assertThatThrownBy(() -> open(spec("sort")).require(31)).hasMessageContaining("sort of 16 items").hasMessageContaining("at least 32");
    }

    @Test
    void impossibleParametersAreNamed() {
        refuse(spec("recall").with(Recall.PAIRS, List.of(65)).with(Recall.DISTANCE, 0), "pairs", "each at least 1 and at most keys (64), not [65]");
        refuse(spec("recall").with(Recall.PAIRS, List.of()).with(Recall.DISTANCE, 0), "pairs", "not []");
        refuse(spec("recall").with(Recall.PAIRS, List.of(2, 2)).with(Recall.DISTANCE, 0), "pairs", "different");
        refuse(spec("recall").with(Recall.PAIRS, List.of(2)).with(Recall.DISTANCE, -1), "distance", "at least 0");
        refuse(spec("induction").with(TaskParts.SYMBOLS, 8).with(TaskParts.ITEMS, 9), "items", "items must be at least 2 and at most 8, not 9");
        refuse(spec("sort").with(TaskParts.SYMBOLS, 1).with(TaskParts.ITEMS, 9), "symbols", "at least 2");
        refuse(spec("copy").with(TaskParts.SYMBOLS, 4).with(TaskParts.ITEMS, 0), "items", "at least 1");
        refuse(spec("markov").with(Markov.STATES, 1), "states", "at least 2 and at most 1024");
        refuse(spec("tokens"), "file", "path of a file of whitespace-separated token ids");
    }

    private static void refuse(TaskSpec spec, String key, String message) {
        assertThat(spec.violations(Fixtures.ALL)).singleElement().satisfies(violation -> {
            assertThat(violation.key()).isEqualTo(key);
            assertThat(violation.message()).contains(message);
        });
    }

    private static int id(Examples examples, int row, int position, int channel) {
        return examples.tokens()[(row * examples.length() + position) * examples.channels() + channel];
    }

    private static int target(Examples examples, int row, int position) {
        return examples.targets()[row * examples.length() + position];
    }

    @ParameterizedTest
    @ValueSource(strings = {"recall", "induction", "sort", "copy"})
    void validationIsTwentyDrawsAndTheExaminationIsNoneOfThem(String kind) {
        Task task = open(spec(kind));
        Exam exam = task.exam(64);
        Set<Examples> papers = new HashSet<>();
        for (int i = 0; i < exam.papers(); i++) {
            papers.add(exam.paper().apply(i).examples());
        }
        assertThat(papers).as("papers differ").hasSize(exam.papers());
        assertThat(papers.stream().mapToInt(Examples::asked).sum()).isGreaterThanOrEqualTo(1024);
        assertThat(task.validationBatches(4, 64)).isEqualTo(20);
        Set<Examples> validation = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            validation.add(task.validationBatch(i, 4, 64));
            int number = i;
            assertThat(papers).allSatisfy(paper -> assertThat(task.validationBatch(number, paper.rows(), 64)).isNotEqualTo(paper));
        }
        assertThat(validation).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"recall", "induction", "sort", "copy"})
    void theSequencesOfABatchDiffer(String kind) {
        Examples examples = open(spec(kind).with(Recall.PAIRS, List.of(16))).batch(KEY, 1, 30, 64);
        int width = examples.length() * examples.channels();
        assertThat(IntStream.range(0, 30).mapToObj(row -> List.of(Arrays.stream(examples.tokens(), row * width, (row + 1) * width).boxed().toArray())).distinct())
                .hasSize(30);
    }

    /** Large loads take several papers; none is another again, and the last is not cut short. */
    @Test
    void recallDrawsEveryPaperAnew() {
        Exam exam = open(spec("recall").with(Recall.PAIRS, List.of(3)).with(Recall.DISTANCE, 500)).exam(506); // 8 rows of 3 answers
        assertThat(exam.papers()).isEqualTo(43);
        assertThat(IntStream.range(0, 43).mapToObj(i -> exam.paper().apply(i).examples()).distinct()).hasSize(43);
    }

    /** The task's name is in the key: what is sorted is not what is copied. */
    @Test
    void tasksDrawFromStreamsOfTheirOwn() {
        int[] sorted = open(spec("sort")).validationBatch(0, 4, 64).tokens();
        int[] copied = open(spec("copy")).validationBatch(0, 4, 64).tokens();
        assertThat(Arrays.copyOf(sorted, 16)).isNotEqualTo(Arrays.copyOf(copied, 16));
    }

    /** 30,000 orders of three: 5,000 of each, ± 5 standard deviations. */
    @Test
    void everyOrderIsAsLikely() {
        Map<List<Integer>, Integer> orders = new HashMap<>();
        for (int i = 0; i < 30_000; i++) {
            orders.merge(Arrays.stream(DrawnTask.choose(KEY.split(i), 3, 3)).boxed().toList(), 1, Integer::sum);
        }
        assertThat(orders).hasSize(6);
        assertThat(orders.values()).allMatch(count -> Math.abs(count - 5_000) < 323);
    }

    @Test
    void everyExaminationHasAtLeast1024AnswersAndNoPaperTooMany() {
        for (int items : new int[] {1, 3, 16, 500, 1024, 2000}) {
            Exam exam = open(spec("sort").with(TaskParts.ITEMS, items)).exam(2 * items);
            int asked = exam.paper().apply(0).examples().asked();
            assertThat(exam.papers() * asked).as("%d items", items).isGreaterThanOrEqualTo(DrawnTask.ANSWERS);
            assertThat((exam.papers() - 1) * asked).as("%d items", items).isLessThan(DrawnTask.ANSWERS);
            assertThat(exam.paper().apply(0).examples().rows()).as("%d items", items).isEqualTo(Math.clamp(1024 / items, 1, 128));
        }
        assertThat(open(spec("recall").with(Recall.PAIRS, List.of(16)).with(Recall.DISTANCE, 32)).exam(64).papers()).as("64 sequences of 16 answers").isEqualTo(1);
    }

    @Test
    void aSequenceMayHoldOnePairOrAllKeys() {
        assertThat(spec("recall").with(Recall.PAIRS, List.of(1, 64)).violations(Fixtures.ALL)).isEmpty();
        refuse(spec("recall").with(Recall.PAIRS, List.of(0)), "pairs", "not [0]");
    }

    /** 0 · log 0 is 0. */
    @Test
    void whatNeverComesAddsNothingToAnEntropy() {
        assertThat(Entropy.of(new double[] {0.5, 0, 0.5})).isEqualTo(Math.log(2));
    }
}
