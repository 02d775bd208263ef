package io.fluxo.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.property.Report.Refuted;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For faults whose smallest case is known, shrinking finds it from wherever it starts. */
class ShrinkingTest {

    private static final BlockDomain CASES = BlockDomain.of(DType.F32);

    private static <T> Refuted<T> refute(Generator<T> generator, Predicate<T> fault, long seed) {
        Function<T, Outcome> check = value -> Outcome.passIf(!fault.test(value), () -> "fault at " + value);
        Report<T> report = Property.forAll("no fault", generator, check).run(seed, 2_000);
        assertThat(report).isInstanceOf(Refuted.class);
        Refuted<T> refuted = (Refuted<T>) report;
        assertThat(refuted.minimal()).isTrue();
        assertThat(refuted.smallest().reason()).isEqualTo("fault at " + refuted.smallest().value());
        assertThat(fault.test(refuted.original().value())).isTrue();
        return refuted;
    }

    private static <T> T smallest(Generator<T> generator, Predicate<T> fault, long seed) {
        return refute(generator, fault, seed).smallest().value();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void twoSizesOfABlock(long seed) {
        BlockCase smallest = smallest(CASES, block -> block.pos() >= 3 && block.nHeads() >= 2, seed);
        assertThat(smallest).hasToString("batch=1 pos=3 d_model=1 n_heads=2 d_head=1 d_v=1 d_mlp=1, "
                + "causal relu layer_norm eps=1e-5, weights ×1, input normal ×1, seed 0");
        assertThat(smallest).isEqualTo(CASES.minPos(3).heads(2, 4).simplest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void kindsAndScales(long seed) {
        BlockCase smallest = smallest(CASES, block -> block.mask() == MaskKind.BIDIRECTIONAL && block.inputScale() > 1e10
                && block.input() != InputKind.ZERO && block.seed() >= 100, seed);
        assertThat(smallest).hasToString("batch=1 pos=1 d_model=1 n_heads=1 d_head=1 d_v=1 d_mlp=1, "
                + "bidirectional relu layer_norm eps=1e-5, weights ×1, input normal ×1e18, seed 100");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void sizesThatMustBeEqual(long seed) {
        assertThat(smallest(CASES, block -> block.pos() == block.nHeads() && block.pos() >= 2, seed))
                .isEqualTo(CASES.pos(2, 2).heads(2, 2).simplest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void listsNumbersAndWhatIsMappedFromThem(long seed) {
        Generator<Integer> numbers = Generator.integers(0, 1_000_000);
        assertSmallest(12_345, numbers, n -> n >= 12_345, seed);
        assertSmallest("n100", numbers.map(n -> "n" + n), n -> n.length() >= 4, seed);
        assertSmallest(List.of(77), numbers.list(0, 9), list -> list.stream().anyMatch(n -> n >= 77), seed);
        assertSmallest(List.of(0, 77), numbers.list(2, 9), list -> list.getLast() >= 77, seed);
        assertSmallest(List.of(0, 0, 0), numbers.list(0, 9), list -> list.size() >= 3, seed);
        Generator<List<Integer>> ofLength = Generator.integers(1, 6).flatMap(n -> Generator.integers(0, n).list(n, n));
        assertSmallest(List.of(0, 0, 0, 0), ofLength, list -> list.size() >= 4, seed);
    }

    private static <T> void assertSmallest(T expected, Generator<T> generator, Predicate<T> fault, long seed) {
        T found = smallest(generator, fault, seed);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void theSameRunShrinksTheSameWay() {
        Predicate<BlockCase> fault = block -> block.dModel() > block.dMlp();
        assertThat(refute(CASES, fault, 5)).isEqualTo(refute(CASES, fault, 5));
        assertThat(smallest(CASES, fault, 5)).satisfies(block -> assertThat(List.of(block.dModel(), block.dMlp())).isEqualTo(List.of(2, 1)));
    }

    @Test
    void aFaultEverywhereShrinksToTheSimplestCase() {
        assertThat(smallest(CASES, block -> true, 8)).isEqualTo(CASES.simplest());
    }

    @Test
    void aFaultThatComesAndGoesDoesNotKeepShrinkingForEver() {
        int[] calls = {0};
        Report<List<Integer>> report = Property.forAll("moody", Generator.integers(0, 1_000_000).list(0, 100), value ->
                Outcome.passIf(calls[0]++ % 3 != 0, () -> "call " + calls[0])).run(11, 10);
        assertThat(report).isInstanceOf(Refuted.class);
        assertThat(calls[0]).isLessThan(3_000);
    }

    @Test
    void aSearchCutShortSaysSo() {
        Generator<List<Integer>> lists = Generator.integers(0, 1_000_000).list(60, 60);
        Report<List<Integer>> report = Property.forAll("sums are small", lists, list ->
                Outcome.passIf(list.stream().mapToLong(n -> n).sum() < 10_000_123, () -> "large")).run(1, 100);
        assertThat(report).isInstanceOfSatisfying(Refuted.class, refuted -> assertThat(refuted.minimal()).isFalse());
        assertThat(report.toString()).contains("(cut short)");
    }
}
