package io.fluxo.cuda.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.BackendProvider;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.natives.WorldContract;
import org.junit.jupiter.api.Test;

/** Skipped where {@code ./fluxo install nd4j-native} has not been run. */
class IsolationTest extends WorldContract {

    IsolationTest() {
        super(Natives.NATIVE, "nd4j", "org.nd4j.linalg.factory.Nd4j");
    }

    @Override
    protected BackendProvider provider() {
        return new Nd4jProvider(Natives.NATIVE, Installation.here(), new CudaDriver());
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        double[] losses = losses(1, 20);
        assertThat(losses(4, 20)).isEqualTo(losses);
    }
}
