package io.fluxo.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.Backends;
import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.compare.invariant.Invariants;
import io.fluxo.experiments.compare.model.ModelComparison;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.ops.OperationComparison;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The backend of {@code docs/examples/array-backend} from its jar: {@code compare} finds no bug in it. */
class ArrayBackendComparedTest {

    private static final BackendOptions OPTIONS = new BackendOptions(DType.F32, 0, 1);

    @TempDir
    private Path folder;

    private Backends installed;
    private Backend exact;
    private Backend arrays;

    @BeforeEach
    void open() throws IOException {
        Path plugins = Files.createDirectory(folder.resolve("plugins"));
        PluginJar.buildExample(plugins.resolve("array-backend.jar"), folder, "array-backend");
        installed = Laboratory.open(Optional.of(plugins)).installed().backends();
        exact = installed.open("ejml", new BackendOptions(DType.F64, 0, 1));
        arrays = installed.open("example-arrays", OPTIONS);
    }

    @AfterEach
    void close() {
        arrays.close();
        exact.close();
    }

    private static void requireNoise(List<CompareRow> rows) {
        assertThat(rows).isNotEmpty().allSatisfy(row -> assertThat(row.verdict()).as("%s: %s", row.what(), row.note()).isEqualTo(CompareVerdict.NOISE));
    }

    @Test
    void everyOperationIsWithinRounding() {
        OperationComparison comparison = new OperationComparison(arrays, DType.F32, exact);
        requireNoise(OperationCases.all().stream().map(comparison::compare).toList());
    }

    @Test
    void aModelIsWithinRoundingHookByHookAndOperationByOperation() {
        ModelSpec spec = ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 2).with(ModelSpec.D_MODEL, 12).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 20).with(ModelSpec.N_CTX, 7)
                .with(ModelSpec.D_VOCAB, 11);
        requireNoise(new ModelComparison(spec, ModelParts.CATALOG, 1).compare(arrays, DType.F32, exact, (row, _) -> row));
    }

    @Test
    void itsBitsAreTheSameWhateverElseIsComputed() {
        List<CompareRow> rows = new Invariants(arrays, DType.F32).compare(() -> installed.open("example-arrays", OPTIONS));
        requireNoise(rows);
        assertThat(rows).noneMatch(row -> row.note().equals("other bits"));
    }

    @Test
    void theGuideQuotesIt() throws IOException {
        String sources;
        try (Stream<Path> files = Files.walk(PluginJar.EXAMPLES.resolve("array-backend"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).map(ArrayBackendComparedTest::stripped).collect(Collectors.joining("\n"));
        }
        List<String> quoted = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(stripped(Path.of("../docs/add-a-backend.md"))).results().map(found -> found.group(1).strip()).toList();
        assertThat(quoted).hasSizeGreaterThan(5).allSatisfy(quote -> assertThat(sources).contains(quote));
    }

    private static String stripped(Path file) {
        try {
            return Files.readAllLines(file).stream().map(String::strip).collect(Collectors.joining("\n"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
