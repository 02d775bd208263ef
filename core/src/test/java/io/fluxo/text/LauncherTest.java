package io.fluxo.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {

    @Test
    void quotesWhatAShellWouldTakeApart() {
        assertThat(Launcher.quoted("runs/a-1")).isEqualTo("runs/a-1");
        assertThat(Launcher.quoted(Path.of("my run"))).isEqualTo("'my run'");
        assertThat(Launcher.quoted("it's")).isEqualTo("'it'\\''s'");
        assertThat(Launcher.quoted("$(x)")).isEqualTo("'$(x)'");
        assertThat(Launcher.quoted("")).isEqualTo("''");
    }

    @Test
    void namesTheLauncherAsItWasCalled() {
        assertThat(Launcher.line(List.of("ablate", "--resume", "my run"))).isEqualTo("./fluxo ablate --resume 'my run'");
        System.setProperty("fluxo.command", "/opt/my tools/fluxo");
        try {
            assertThat(Launcher.line(List.of("ablate"))).isEqualTo("'/opt/my tools/fluxo' ablate");
        } finally {
            System.clearProperty("fluxo.command");
        }
    }
}
