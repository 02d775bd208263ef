package io.fluxo.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.cli.Called;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CompareCommandTest {

    /** ejml with a sum that is a hundred-thousandth too large. */
    private static final String SOURCE = """
            package off;

            import io.fluxo.backend.*;
            import io.fluxo.op.*;
            import io.fluxo.plugin.*;
            import io.fluxo.tensor.Tensor;

            public final class Off implements FluxoPlugin {

                private static final class Backends implements BackendProvider {
                    private final BackendProvider ejml = new io.fluxo.cpu.ejml.EjmlProvider();

                    @Override
                    public Availability probe() {
                        return ejml.probe();
                    }

                    @Override
                    public Backend open(BackendOptions options) {
                        return new DelegatingBackend("off", ejml.open(options)) {
                            @Override
                            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                                Tensor result = inner.execute(op, inputs);
                                return op instanceof PrimitiveOp.Sum ? new Ops(inner).scale(result, 1.00001) : result;
                            }
                        };
                    }
                }

                @Override
                public void contribute(Contributions to) {
                    to.add(BackendProvider.KIND, "off", new Backends());
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void aBackendWithAFaultIsABugThatIsNamedOperationByOperation() throws IOException {
        PluginJar.build(Files.createDirectory(folder.resolve("plugins")).resolve("off.jar"), folder, "off.Off", SOURCE);
        Path file = folder.resolve("compare.json");
        Called ran = Called.fluxo(Stream.of("compare", "--backends", "off", "--no-certificate", "--json", file.toString(), "--plugins", folder.resolve("plugins").toString()).toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.out()).contains("bug: sum/forward/ordinary [axes=[1], keep=false] [5, 7] on off", "f32", "error / allowed");
        JsonNode rows = Json.parse(Files.readString(file)).path("rows");
        assertThat(rows).hasSizeGreaterThan(4_000).allSatisfy(row -> assertThat(row.propertyNames()).contains("what", "backend", "reference", "dtype", "max_abs", "max_rel", "ulp",
                "bound", "envelope", "ratio", "condition", "verdict", "seconds", "gflops", "fraction_of_peak", "replay"));
        assertThat(rows).anySatisfy(row -> {
            assertThat(row.path("verdict").asString()).isEqualTo("bug");
            assertThat(row.path("ratio").asDouble()).isGreaterThan(1);
        });
        // what sums nothing is as it should be
        assertThat(rows).filteredOn(row -> row.path("what").asString().startsWith("exp/forward")).isNotEmpty().allSatisfy(row -> assertThat(row.path("verdict").asString()).isEqualTo("noise"));
    }

    @Test
    void aFolderWithoutTestsOfTheStandardIsSaidToBeOne() throws IOException {
        assertThat(Called.fluxo("compare", "--onnx", folder.resolve("nothing").toString())).satisfies(ran -> {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err()).contains("no such directory");
        });
        Files.createDirectories(folder.resolve("empty"));
        assertThat(Called.fluxo("compare", "--onnx", folder.resolve("empty").toString()).err()).contains("holds no ONNX node test");
    }

    @Test
    void whatIsNotThereIsNamedWithWhatIs() {
        assertThat(Called.fluxo("compare", "--backends", "simt")).satisfies(ran -> {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err()).contains("--backends: no backend named 'simt'", "simd");
        });
        assertThat(Called.fluxo("compare", "--reference", "pytorch").status()).isEqualTo(2);
        assertThat(Called.fluxo("compare", "--backends", "cuda-tf32")).satisfies(ran -> {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err()).contains("--backends: cuda-tf32 rounds the factors of products more coarsely than f32");
        });
        assertThat(Called.fluxo("compare", "--what", "everything")).satisfies(ran -> {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err()).contains("--what", "'everything'", "ops");
        });
    }
}
