package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmulatorTest {

    @Test
    void isBuiltOnce() {
        assertThat(Emulator.built().library()).isRegularFile();
        assertThat(Emulator.built()).isEqualTo(Emulator.built());
    }
}
