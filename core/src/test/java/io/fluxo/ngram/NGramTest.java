package io.fluxo.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NGramTest {

    private static final Offset<Double> EXACT = within(1e-12);

    /** a b a c a b: after a came b, c, b; after b came a; after c came a. */
    private static final Examples TEXT = Examples.successors(new int[] {0, 1, 0, 2, 0, 1}, 1);

    @Test
    void aBigramByHand() {
        NGram model = new NGram(2, 4);
        model.learn(TEXT);
        // targets b a c a b: unigram c(a) = 2, c(b) = 2, c(c) = 1, T = 3, N = 5; below it 1/4
        double a = (2 + 3 * 0.25) / 8;
        double b = (2 + 3 * 0.25) / 8;
        double c = (1 + 3 * 0.25) / 8;
        double d = 3 * 0.25 / 8;
        // after a: b twice, c once, T = 2, N = 3
        assertThat(model.probabilities(ask(0), 0)).containsExactly(new double[] {2 * a / 5, (2 + 2 * b) / 5, (1 + 2 * c) / 5, 2 * d / 5}, EXACT);
        // after b: a once, T = 1, N = 1
        assertThat(model.probabilities(ask(1), 0)).containsExactly(new double[] {(1 + a) / 2, b / 2, c / 2, d / 2}, EXACT);
        assertThat(model.counts()).as("b, a, c; a b, a c, b a, c a").isEqualTo(7);
        // d was never seen as a context: the unigram
        assertThat(model.probabilities(ask(3), 0)).containsExactly(new double[] {a, b, c, d}, EXACT);
    }

    @Test
    void aLongerContextRefinesAShorterOne() {
        NGram bigram = new NGram(2, 4);
        NGram trigram = new NGram(3, 4);
        bigram.learn(TEXT);
        trigram.learn(TEXT);
        // after "b a": c once, T = 1, N = 1
        double[] shorter = bigram.probabilities(ask(1, 0), 1);
        double[] longer = trigram.probabilities(ask(1, 0), 1);
        for (int token = 0; token < 4; token++) {
            assertThat(longer[token]).isCloseTo(((token == 2 ? 1 : 0) + shorter[token]) / 2, EXACT);
        }
        // a context reaches back to the beginning of its own sequence and no further
        Examples rows = new Examples(2, 1, new int[] {1, 0}, new int[] {2, 2});
        assertThat(trigram.probabilities(rows, 1)).containsExactly(bigram.probabilities(ask(0), 0), EXACT);
    }

    @Test
    void probabilitiesAddUpToOne() {
        RandomKey key = RandomKey.of(3);
        int[] ids = new int[500];
        Arrays.setAll(ids, i -> key.below(7, i));
        for (int order = 1; order <= 5; order++) {
            NGram model = new NGram(order, 7);
            assertThat(model.probabilities(ask(0), 0)).as("nothing learnt").containsOnly(1.0 / 7);
            model.learn(Examples.successors(ids, 5));
            for (int at = 0; at < 30; at++) {
                double[] probabilities = model.probabilities(Examples.successors(ids, 5), at);
                assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, EXACT);
                assertThat(Arrays.stream(probabilities).min().orElseThrow()).isPositive();
                assertThat(model.probability(Examples.successors(ids, 5), at, 4)).isEqualTo(probabilities[4]);
            }
        }
    }

    @Test
    void channelsMakeOneSymbolAndWhatIsNotAskedIsNotCounted() {
        NGram model = new NGram(2, 5);
        model.learn(new Examples(1, 2, new int[] {0, 1, 1, 0}, new int[] {3, Examples.NOTHING}));
        assertThat(model.probabilities(new Examples(1, 2, new int[] {0, 1}, new int[] {3}), 0)[3]).isGreaterThan(0.7);
        assertThat(model.probabilities(new Examples(1, 2, new int[] {1, 0}, new int[] {3}), 0)[3]).as("the unigram").isCloseTo(0.6, EXACT);
    }

    private static Examples ask(int... tokens) {
        return new Examples(1, 1, tokens, new int[tokens.length]);
    }
}
