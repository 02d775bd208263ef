package io.fluxo.experiments.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BackendUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class StandaloneMasterTest {

    @Test
    void theMastersOfAUrl() {
        assertThat(StandaloneMaster.of("spark://a:7077,b.c:7078")).containsExactly(new StandaloneMaster("a", 7077), new StandaloneMaster("b.c", 7078));
        assertThat(StandaloneMaster.of("local-cluster[2,1,1024]")).isEmpty();
        assertThat(StandaloneMaster.of("k8s://https://a:443")).isEmpty();
    }

    @Test
    void oneThatAnswersIsEnough() throws IOException {
        int silent;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            silent = closed.getLocalPort();
        }
        String url = "spark://localhost:" + silent;
        assertThatThrownBy(() -> StandaloneMaster.requireOne(url)).isInstanceOf(BackendUnavailable.class)
                .hasMessageStartingWith("--engine spark: no master answers at localhost:" + silent + " (").message().hasLineCount(1);
        try (ServerSocket master = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatCode(() -> StandaloneMaster.requireOne(url + ",localhost:" + master.getLocalPort())).doesNotThrowAnyException();
        }
    }
}
