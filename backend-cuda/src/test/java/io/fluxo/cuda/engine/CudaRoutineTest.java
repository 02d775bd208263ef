package io.fluxo.cuda.engine;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A training whose steps are CUDA graphs has the bits of one whose steps are asked every time, in float32 and in bfloat16. */
class CudaRoutineTest {

    private static final RandomKey KEY = RandomKey.of(11);
    private static final int STEPS = 5;

    /** The same backend, whose routines ask every time. */
    private static final class Asked extends DelegatingBackend {
        private Asked(Backend inner) {
            super("asked", inner);
        }

        @Override
        public Routine routine(Supplier<Tensor> step) {
            return step::get;
        }
    }

    private static int[] windows(int t) {
        int[] windows = new int[4 * 13];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = KEY.split(t).below(17, i);
        }
        return windows;
    }

    private static ModelSpec spec(String placement) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 32).with(N_HEADS, 2).with(D_MLP, 64).with(N_CTX, 12).with(D_VOCAB, 17).with(NORM_AFFINE, true)
                .with(ACT_FN, "gelu_tanh").with(PLACEMENT, placement);
    }

    /** Losses and, in the end, everything that was trained. */
    private static List<String> trained(Backend backend, ModelSpec spec) {
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F32, KEY.split("init"));
        Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, KEY.split("dropout"));
        List<String> found = new ArrayList<>();
        for (int t = 1; t <= STEPS; t++) {
            found.add("step %d: %s".formatted(t, trainer.step(t, windows(t), 4, Set.of()).loss()));
        }
        trainer.state().forEach((name, values) -> found.add(name + " " + Arrays.hashCode(values.toDoubles())));
        return found;
    }

    /** The engine under test. */
    Backend open(Precision precision) {
        return EmulatedGpu.open(precision);
    }

    List<String> placements() {
        return List.of("pre", "post", "parallel", "mhc");
    }

    private void requireSame(ModelSpec spec, Precision precision) {
        try (Backend replayed = open(precision); Backend asked = new Asked(open(precision))) {
            assertThat(trained(replayed, spec)).containsExactlyElementsOf(trained(asked, spec));
        }
    }

    @TestFactory
    Stream<DynamicTest> stepsAreReplayedToTheSameBits() {
        return placements().stream().map(placement -> DynamicTest.dynamicTest(placement, () -> requireSame(spec(placement), Precision.F32)));
    }

    @Test
    void inBfloat16Too() {
        requireSame(spec("pre"), Precision.BF16);
    }
}
