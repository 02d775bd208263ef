package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who uses the backends as a library and does not know of the flag is told it. */
class WithoutFlagsTest {

    @Test
    void theFlagThatSimdNeedsIsNamed() throws IOException, InterruptedException {
        String flag = "the JVM runs without the Vector API: start it with --add-modules jdk.incubator.vector";
        assertThat(AnotherJvm.runPlain(WithoutFlagsProbe.class, List.of())).containsExactly(
                "Unavailable[reason=" + flag + "]",
                "io.fluxo.backend.BackendUnavailableException: simd cannot run: " + flag + ", or use the backend 'ejml', which needs no flag",
                "io.fluxo.backend.BackendUnavailableException: the backend 'simd' cannot run: " + flag,
                "f32 [2] on ejml: 1, 0.25");
    }
}
