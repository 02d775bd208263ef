package io.fluxo.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {

    @Test
    void quotesWhatAShellWouldTakeApart() {
        assertThat(Shell.word("runs/a-1")).isEqualTo("runs/a-1");
        assertThat(Shell.word(Path.of("my run"))).isEqualTo("'my run'");
        assertThat(Shell.word("it's")).isEqualTo("'it'\\''s'");
        assertThat(Shell.word("$(x)")).isEqualTo("'$(x)'");
        assertThat(Shell.word("")).isEqualTo("''");
    }

    @Test
    void namesTheLauncherAsItWasCalled() {
        assertThat(Shell.line(List.of("ablate", "--resume", "my run"))).isEqualTo("./fluxo ablate --resume 'my run'");
        System.setProperty("fluxo.command", "/opt/my tools/fluxo");
        try {
            assertThat(Shell.line(List.of("ablate"))).isEqualTo("'/opt/my tools/fluxo' ablate");
        } finally {
            System.clearProperty("fluxo.command");
        }
    }
}
