package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.lab.Program.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run belongs to the jars that it began with: another jar of the same name holds another program. */
class PluginIdentityTest {

    private static final String SOURCE = """
            package example;

            public final class Scaled implements io.fluxo.plugin.FluxoPlugin {
                @Override
                public void contribute(io.fluxo.plugin.Contributions to) {
                    to.add(io.fluxo.layer.norm.NormFactory.KIND, "scaled", (path, width, affine, eps) -> new io.fluxo.layer.Layer(path) {
                        @Override
                        protected io.fluxo.tensor.Tensor compute(io.fluxo.layer.Pass pass, io.fluxo.tensor.Tensor x) {
                            return pass.scale(x, FACTOR);
                        }
                    });
                }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void anotherJarIsAnotherProgram() throws IOException {
        Path plugins = Files.createDirectory(folder.resolve("plugins"));
        Path jar = plugins.resolve("scaled.jar");
        build(jar, "0.5");
        Path study = Files.writeString(folder.resolve("study.yaml"), """
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 4, d_mlp: 4, n_ctx: 4, norm: scaled}
                training: {batch: 2, steps: 3}
                seeds: 2
                """);
        Path run = folder.resolve("run");
        assertThat(fluxo("ablate", study, "--plugins", plugins, "--out", run, "--quiet").status()).isZero();
        reopen(run);
        assertThat(fluxo("ablate", "--resume", run, "--plugins", plugins, "--quiet").status()).isZero();
        reopen(run);
        build(jar, "0.25");
        Ran changed = fluxo("ablate", "--resume", run, "--plugins", plugins, "--quiet");
        assertThat(changed.err()).contains("the plugin scaled.jar has changed since the run began; put it back as it was");
        assertThat(changed.status()).isEqualTo(2);
        build(jar, "0.5");
        Files.copy(jar, plugins.resolve("more.jar"));
        assertThat(fluxo("ablate", "--resume", run, "--plugins", plugins, "--quiet").status()).isEqualTo(2);
    }

    private void build(Path jar, String factor) {
        PluginJar.build(jar, folder, "example.Scaled", SOURCE.replace("FACTOR", factor));
    }

    private static void reopen(Path run) throws IOException {
        Path trial = run.resolve("trials/seed=2");
        try (Stream<Path> files = Files.walk(trial)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
