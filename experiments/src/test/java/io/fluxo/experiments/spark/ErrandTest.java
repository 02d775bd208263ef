package io.fluxo.experiments.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.study.run.BackendChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes from the driver to executors and back is text of one line, and says the same on both sides. */
class ErrandTest {

    @Test
    void anErrandIsReadAsItWasWritten() {
        Errand full = new Errand(Path.of("/runs/a \"b\"\nc"), Optional.of(Path.of("/plug ins")), Long.MIN_VALUE, new BackendChoice("simd", Optional.of("f64"), 3, 2),
                Duration.ofMillis(1250), "placement=pre,training.lr=3e-3,seed=1");
        Errand bare = new Errand(Path.of("/runs/a"), Optional.empty(), 1, new BackendChoice("cuda", Optional.empty(), 0, 1), Duration.ZERO, "é");
        for (Errand errand : new Errand[] {full, bare}) {
            assertThat(errand.line()).hasLineCount(1);
            assertThat(Errand.parse(errand.line())).isEqualTo(errand);
        }
        assertThat(full.to("x")).isNotEqualTo(full).extracting(Errand::trial).isEqualTo("x");
    }

    @Test
    void soIsAnAnswer() {
        for (Answer answer : new Answer[] {new Answer.Result("{\"id\": \"x\"}\n", true), new Answer.Result("", false), new Answer.Refused("no\nsuch \"folder\"")}) {
            assertThat(answer.line()).hasLineCount(1);
            assertThat(Answer.parse(answer.line())).isEqualTo(answer);
        }
    }
}
