package io.fluxo.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.random.RandomKey;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {

    /** Probabilities 1/8, 1/2, 1/4, 1/8. */
    private static final double[] LOGITS = {0, Math.log(4), Math.log(2), 0};

    private static double[] shares(Sampler sampler, double[] logits) {
        double[] shares = new double[logits.length];
        int draws = 40_000;
        IntStream.range(0, draws).forEach(i -> shares[sampler.choose(logits, RandomKey.of(1).uniform(i))] += 1.0 / draws);
        return shares;
    }

    private static void near(double[] found, double... expected) {
        assertThat(found).containsExactly(expected, within(0.01));
    }

    @Test
    void greedyTakesTheLargestAndOfEqualOnesTheFirst() {
        assertThat(Sampler.GREEDY.choose(LOGITS, 0.99)).isEqualTo(1);
        assertThat(Sampler.GREEDY.choose(new double[] {-1, 3, 3, Double.NEGATIVE_INFINITY}, 0.99)).isEqualTo(1);
    }

    @Test
    void drawsWithTheProbabilitiesOfSoftmax() {
        near(shares(new Sampler(1, Integer.MAX_VALUE, 1), LOGITS), 0.125, 0.5, 0.25, 0.125);
    }

    @Test
    void temperatureFlattensOrSharpens() {
        near(shares(new Sampler(0.5, Integer.MAX_VALUE, 1), LOGITS), 1 / 22.0, 16 / 22.0, 4 / 22.0, 1 / 22.0);
    }

    @Test
    void topKLeavesOutTheOthers() {
        near(shares(new Sampler(1, 2, 1), LOGITS), 0, 2 / 3.0, 1 / 3.0, 0);
        near(shares(new Sampler(1, 3, 1), LOGITS), 1 / 7.0, 4 / 7.0, 2 / 7.0, 0);
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        near(shares(new Sampler(1, Integer.MAX_VALUE, 0.5), LOGITS), 0, 1, 0, 0);
        near(shares(new Sampler(1, Integer.MAX_VALUE, 0.51), LOGITS), 0, 2 / 3.0, 1 / 3.0, 0);
        near(shares(new Sampler(1, Integer.MAX_VALUE, 0.8), LOGITS), 1 / 7.0, 4 / 7.0, 2 / 7.0, 0);
        near(shares(new Sampler(1, Integer.MAX_VALUE, 1e-9), LOGITS), 0, 1, 0, 0);
    }

    @Test
    void impossibleTokensAreNeverDrawn() {
        near(shares(new Sampler(1, Integer.MAX_VALUE, 1), new double[] {Double.NEGATIVE_INFINITY, 0, Double.NEGATIVE_INFINITY}), 0, 1, 0);
        assertThat(new Sampler(1, Integer.MAX_VALUE, 1).choose(new double[] {0, 0, Double.NEGATIVE_INFINITY}, Math.nextDown(1.0))).isEqualTo(1);
    }

    @Test
    void aLogitThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> Sampler.GREEDY.choose(new double[] {0, Double.NaN}, 0)).isInstanceOf(ArithmeticException.class).hasMessage("the logit of token 1 is NaN");
    }

    @Test
    void whatIsNoTemperatureOrShareIsRefused() {
        assertThatThrownBy(() -> new Sampler(-1, 1, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampler(Double.NaN, 1, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampler(1, 0, 1)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Sampler(1, 1, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Sampler(1, 1, 1.01)).hasMessageContaining("top-p");
    }
}
