package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link PeerCheckpointsTest} and {@link ExportTest} hold, once more with transformers at hand: other weights, and models that transformers loads. */
class PeerLiveTest {

    @TempDir
    private Path directory;

    @BeforeEach
    void python() {
        PeerPython.require();
    }

    @Test
    void checkpointsWithOtherWeightsAgree() throws IOException, InterruptedException {
        PeerPython.run("make", directory.toString(), "7");
        try (Stream<Path> made = Files.list(directory)) {
            made.sorted().forEach(checkpoint -> Setup.ALL.forEach(setup -> PeerCheckpointsTest.agree(checkpoint, setup)));
        }
    }

    @Test
    void whatIsExportedLoadsInTransformersWithTheSameLogits() throws IOException, InterruptedException {
        for (Map.Entry<String, ModelSpec> one : ExportTest.shapes().entrySet()) {
            for (Setup setup : List.of(Setup.ALL.getFirst(), Setup.ALL.getLast())) {
                Path folder = directory.resolve(one.getKey().replace(' ', '-') + setup.dtype().label());
                double[] logits;
                try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
                    LanguageModel model = ModelBuilder.build(one.getValue(), Architectures.CATALOG);
                    model.initialize(backend, setup.dtype(), RandomKey.of(3));
                    ModelDirectory.export(folder, one.getValue(), model, Architectures.CATALOG, backend);
                    HostArray ids = HostArray.of(Shape.of(2, 7), 0, 1, 2, 3, 4, 5, 6, 6, 6, 0, 1, 8, 2, 5);
                    Safetensors.write(folder.resolve("ids.safetensors"), Map.of("ids", ids));
                    logits = backend.download(model.forward(Pass.evaluation(backend), backend.upload(ids))).toDoubles();
                }
                PeerPython.run("run", folder.toString());
                boolean wide = setup.dtype() == DType.F64;
                double difference = PeerComparison.largest(logits, Converted.tensors(folder.resolve("answer.safetensors")).get(wide ? "logits_f64" : "logits_f32").toDoubles());
                System.out.println("exported " + one.getKey() + ", " + setup.name() + ": largest difference of logits " + difference);
                assertThat(difference).isLessThan(wide ? 5e-13 : 5e-5);
            }
        }
    }
}
