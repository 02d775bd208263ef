package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits however the code is run: interpreted, compiled, on narrower vectors, on more threads. */
class DeterminismTest {

    /** Enough rounds that the kernels run as compiled code. */
    private static final int MANY = 4_000;

    private static List<String> compiled;

    @BeforeAll
    static void runCompiled() {
        compiled = DeterminismProbe.lines(1, MANY);
    }

    @Test
    void interpretedCodeGivesTheSameBits() throws Exception {
        assertThat(inAnotherJvm(1, 1, "-Xint")).isEqualTo(compiled);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void narrowerVectorsGiveTheSameBits(int bytes) throws Exception {
        assertThat(inAnotherJvm(1, 50, "-XX:MaxVectorSize=" + bytes)).isEqualTo(compiled);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void moreThreadsGiveTheSameBits(int threads) {
        assertThat(DeterminismProbe.lines(threads, 20)).isEqualTo(compiled);
    }

    private static List<String> inAnotherJvm(int threads, int rounds, String option) throws IOException, InterruptedException {
        return AnotherJvm.run(DeterminismProbe.class, List.of(option), Integer.toString(threads), Integer.toString(rounds));
    }
}
