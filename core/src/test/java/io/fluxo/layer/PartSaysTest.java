package io.fluxo.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PartSaysTest {

    @Test
    void whatAPartAnswersCounts() {
        assertThat(PartSays.orElse("otherwise", () -> "answer")).isEqualTo("answer");
    }

    @Test
    void aPartThatCannotAnswerGetsTheDefault() {
        assertThat(PartSays.orElse("otherwise", () -> null)).isEqualTo("otherwise");
        assertThat(PartSays.orElse("otherwise", () -> {
            throw new IllegalStateException("broken");
        })).isEqualTo("otherwise");
        assertThat(PartSays.orElse("otherwise", () -> {
            throw new NoSuchMethodError("compiled against another version");
        })).isEqualTo("otherwise");
    }

    @Test
    void runningOutOfMemoryIsNotThePartsFault() {
        assertThatThrownBy(() -> PartSays.orElse("otherwise", () -> {
            throw new OutOfMemoryError();
        })).isInstanceOf(OutOfMemoryError.class);
    }
}
