package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training allocates nothing that grows with the model, or with the number of operations: all arrays are used again. */
class AllocationTest {

    @ParameterizedTest
    @CsvSource({"pre, 1", "post, 2"})
    void aReplayedStepMakesNoArrays(String placement, String threads) throws Exception {
        assertThat(AnotherJvm.run(AllocationProbe.class, List.of("-XX:+UseParallelGC", "-Xmn256m"), placement, threads))
                .containsExactly("while it is asked, recorded and interpreted: arrays", "in 100 replays: {}",
                        "in 100 replays that measure: {}", "in 100 evaluations: {}");
    }
}
