package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.golden.Setup;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Checkpoints in Hugging Face's layout with random weights, against what transformers computed from them: logits and every state of the stream. They were made
 * by {@code src/test/python/make_checkpoints.py}. A difference in float32 is rounding only if it falls by eight decades in float64.
 */
class PeerCheckpointsTest {

    private static final double F32 = 5e-5;
    private static final double DECADES = 1e-8;

    @TestFactory
    Stream<DynamicTest> logitsAndEveryStateAreThoseOfTransformers() throws IOException, URISyntaxException {
        Path made = Path.of(PeerCheckpointsTest.class.getResource("peers").toURI());
        List<Path> checkpoints;
        try (Stream<Path> found = Files.list(made)) {
            checkpoints = found.sorted().toList();
        }
        assertThat(checkpoints).hasSizeGreaterThanOrEqualTo(15);
        return checkpoints.stream().flatMap(checkpoint -> Setup.ALL.stream().map(setup ->
                DynamicTest.dynamicTest(checkpoint.getFileName() + ", " + setup.name(), () -> agree(checkpoint, setup))));
    }

    static void agree(Path checkpoint, Setup setup) {
        PeerComparison comparison = PeerComparison.of(checkpoint, setup);
        System.out.println("checkpoint " + checkpoint.getFileName() + ", " + setup.name() + ": " + comparison);
        assertThat(comparison.largest()).as(comparison.toString()).isLessThan(setup.dtype() == DType.F64 ? F32 * DECADES : F32);
    }
}
