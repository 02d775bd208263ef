package io.fluxo.experiments;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.Backends;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite on a backend from a jar: {@code docs/examples/array-backend}, or with {@code -Dfluxo.backend=NAME} one whose jar lies in {@code plugins/}. */
class PluggedBackendConformanceTest {

    private static final String EXAMPLE = "example-arrays";

    private static final String NAME = System.getProperty("fluxo.backend", EXAMPLE);

    @TempDir
    static Path folder;

    private static Backends installed;

    @BeforeAll
    static void install() throws IOException {
        Path plugins = Path.of("../plugins");
        if (NAME.equals(EXAMPLE)) {
            plugins = Files.createDirectory(folder.resolve("plugins"));
            PluginJar.buildExample(plugins.resolve("array-backend.jar"), folder, "array-backend");
        }
        installed = Laboratory.open(Optional.of(plugins)).installed().backends();
    }

    private static Backend open(DType dtype) {
        if (installed.probe(NAME).orElse(null) instanceof Availability.Available available && !available.dtypes().contains(dtype)) {
            Assumptions.abort(Text.format("%s does not compute in %s", NAME, dtype.label()));
        }
        return installed.open(NAME, new BackendOptions(dtype, 0, 1));
    }

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return PluggedBackendConformanceTest.open(DType.F32);
        }
    }

    @Nested
    class InDoubles extends BackendConformance {
        @Override
        protected Backend open() {
            return PluggedBackendConformanceTest.open(DType.F64);
        }

        @Override
        protected DType dtype() {
            return DType.F64;
        }
    }
}
