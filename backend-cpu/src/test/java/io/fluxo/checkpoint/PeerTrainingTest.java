package io.fluxo.checkpoint;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.model.LanguageModel;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty steps of AdamW from a gpt2 of transformers', beside the losses of the same steps in PyTorch. */
class PeerTrainingTest {

    private static final int STEPS_TAKEN = 20;
    private static final int ROWS = 3;

    static Iterable<Setup> setups() {
        return Setup.ALL;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void lossesAreThoseOfPyTorch(Setup setup) throws URISyntaxException {
        Path checkpoint = Path.of(PeerTrainingTest.class.getResource("peers/gpt2").toURI());
        int[] ids = Arrays.stream(Converted.tensors(checkpoint.resolve("batches.safetensors")).get("batches").toDoubles()).mapToInt(id -> (int) id).toArray();
        Map<String, HostArray> expected = Converted.tensors(checkpoint.resolve("losses.safetensors"));
        boolean wide = setup.dtype() == DType.F64;
        double[] losses = new double[STEPS_TAKEN];
        TrainingSpec training = TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(LR, 3e-3).with(WEIGHT_DECAY, 0.1).with(DECAY, Decay.ALL).with(BATCH, ROWS).with(STEPS, STEPS_TAKEN);
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelDirectory.read(checkpoint, Architectures.CATALOG, backend, setup.dtype());
            Trainer trainer = new Trainer(backend, model, training, TrainingParts.CATALOG, RandomKey.of(1));
            int size = ids.length / STEPS_TAKEN;
            for (int t = 1; t <= STEPS_TAKEN; t++) {
                losses[t - 1] = trainer.step(t, Arrays.copyOfRange(ids, (t - 1) * size, t * size), ROWS, Set.of()).loss();
            }
        }
        double difference = PeerComparison.largest(losses, expected.get(wide ? "losses_f64" : "losses_f32").toDoubles());
        System.out.println("20 steps of AdamW from gpt2, " + setup.name() + ": losses " + losses[0] + " … " + losses[STEPS_TAKEN - 1] + ", largest difference " + difference);
        assertThat(difference).isLessThan(wide ? 1e-9 : 1e-4);
        assertThat(losses[STEPS_TAKEN - 1]).as("it learns").isLessThan(losses[0] - 0.5);
    }
}
