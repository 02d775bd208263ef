package io.fluxo.train;

import static io.fluxo.train.TrainingSpec.EVAL_EVERY;
import static io.fluxo.train.TrainingSpec.STEPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a step is shown and asked, and when validation follows it. */
class ExamplesTest {

    @Test
    void theTargetOfATokenIsItsSuccessor() {
        Examples examples = Examples.successors(new int[] {3, 1, 4, 1, 5, 9, 2, 6}, 2);
        assertThat(examples).isEqualTo(new Examples(2, 1, new int[] {3, 1, 4, 5, 9, 2}, new int[] {1, 4, 1, 9, 2, 6}));
        assertThat(examples.length()).isEqualTo(3);
    }

    @Test
    void onlyPositionsWithATargetAreAsked() {
        Examples examples = new Examples(2, 2, new int[12], new int[] {Examples.NOTHING, 0, Examples.NOTHING, 4, Examples.NOTHING, 0});
        assertThat(examples.asked()).isEqualTo(3);
        assertThat(examples.length()).isEqualTo(3);
    }

    @Test
    void whatDoesNotMakeUpSequencesIsRefused() {
        assertRefused(0, 1, 2, 2);
        assertRefused(1, 0, 0, 2);
        assertRefused(2, 1, 3, 3);
        assertRefused(2, 2, 4, 4);
    }

    private static void assertRefused(int rows, int channels, int tokens, int targets) {
        assertThatThrownBy(() -> new Examples(rows, channels, new int[tokens], new int[targets])).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("%d sequences of %d targets with %d ids in %d channels", rows, targets, tokens, channels);
    }

    @Test
    void examplesAreEqualWhereAllTheirNumbersAre() {
        Examples examples = new Examples(1, 2, new int[] {1, 2, 3, 4}, new int[] {5, 6});
        assertThat(examples).isEqualTo(new Examples(1, 2, new int[] {1, 2, 3, 4}, new int[] {5, 6}))
                .hasSameHashCodeAs(new Examples(1, 2, new int[] {1, 2, 3, 4}, new int[] {5, 6}));
        assertThat(examples).isNotEqualTo(new Examples(1, 2, new int[] {1, 2, 3, 0}, new int[] {5, 6}))
                .isNotEqualTo(new Examples(1, 2, new int[] {1, 2, 3, 4}, new int[] {5, 0}))
                .isNotEqualTo(new Examples(2, 2, new int[] {1, 2, 3, 4}, new int[] {5, 6}))
                .isNotEqualTo("examples");
    }

    @Test
    void validationFollowsEverySoManyStepsAndTheLast() {
        TrainingSpec spec = TrainingSpec.DEFAULT.with(STEPS, 10).with(EVAL_EVERY, 4);
        assertThat(IntStream.rangeClosed(1, 10).filter(spec::validatesAfter)).containsExactly(4, 8, 10);
        assertThat(IntStream.rangeClosed(1, 10).filter(spec.with(EVAL_EVERY, 0)::validatesAfter)).isEmpty();
    }
}
