package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EstimateTest {

    private final AtomicLong now = new AtomicLong();
    private final Estimate estimate = new Estimate(now::get);

    @Test
    void nothingIsSaidOfTheFirstSteps() {
        assertThat(estimate.text(1000)).isEqualTo("estimating");
        steps(8, Duration.ofMillis(500)); // 2 steps a second: 1,000 would take eight minutes
        assertThat(estimate.text(1000)).isEqualTo("estimating");
    }

    @Test
    void theWarmUpDoesNotCount() {
        steps(6, Duration.ofMillis(500));
        steps(3000, Duration.ofMillis(1));
        assertThat(estimate.text(10_000)).isEqualTo("1000/s, 10 s left");
    }

    @Test
    void theLastWhileCounts() {
        steps(10_000, Duration.ofMillis(1));
        steps(400, Duration.ofMillis(100));
        assertThat(estimate.text(600)).isEqualTo("10/s, 1 min 00 s left");
    }

    @Test
    void slowStepsAreTold() {
        steps(3, Duration.ofSeconds(50));
        assertThat(estimate.text(6)).isEqualTo("0.0/s, 5 min 00 s left");
    }

    private void steps(int count, Duration each) {
        for (int i = 0; i < count; i++) {
            now.addAndGet(each.toNanos());
            estimate.step();
        }
    }
}
