package io.fluxo.cpu.simd;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.ObservedBackend;
import io.fluxo.backend.ObservedBackend.Observation;
import io.fluxo.backend.Routine;
import io.fluxo.model.ModelParts;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A decorated backend replays as the bare one does, or asks every time because it must see every operation; the bits are the same. */
class DecoratedTest {

    private static final int STEPS = 5;

    /** A decorator that mentions nothing. */
    private static final class Plain extends DelegatingBackend {
        private Plain(Backend inner) {
            super("plain", inner);
        }
    }

    /** How often a step is asked what it does in {@link #STEPS} runs. */
    private static int asked(Function<Backend, Backend> decoration) {
        try (Backend backend = decoration.apply(new SimdBackend(1))) {
            int[] asked = {0};
            Tensor x = backend.upload(HostArray.of(Shape.of(4), 1, 2, 3, 4f));
            Routine routine = backend.routine(() -> {
                asked[0]++;
                return new Ops(backend).exp(x);
            });
            for (int i = 0; i < STEPS; i++) {
                try (TensorScope _ = backend.openScope()) {
                    assertThat(backend.download(routine.run()).toFloats()[0]).isCloseTo((float) Math.E, offset(1e-5f));
                }
            }
            return asked[0];
        }
    }

    @Test
    void aDecoratorThatMentionsNothingLosesNoReplay() {
        assertThat(asked(inner -> inner)).isEqualTo(2);
        assertThat(asked(Plain::new)).isEqualTo(2);
        assertThat(asked(inner -> new Plain(new Plain(inner)))).isEqualTo(2);
    }

    @Test
    void whatMustSeeEveryOperationAsksEveryTime() {
        assertThat(asked(CheckedBackend::new)).isEqualTo(STEPS);
        assertThat(asked(ObservedBackend::new)).isEqualTo(STEPS);
        assertThat(asked(AutodiffBackend::new)).isEqualTo(STEPS);
    }

    static List<Function<Backend, Backend>> decorations() {
        return List.of(Plain::new, CheckedBackend::new, ObservedBackend::new, inner -> new CheckedBackend(new ObservedBackend(inner)));
    }

    @ParameterizedTest
    @MethodSource("decorations")
    void trainingHasTheSameBits(Function<Backend, Backend> decoration) {
        try (Backend bare = new SimdBackend(2); Backend decorated = decoration.apply(new SimdBackend(2))) {
            assertThat(losses(decorated)).isEqualTo(losses(bare));
        }
    }

    @Test
    void allStatesAreUpdatedAtOnceAndEveryStepIsCounted() {
        try (ObservedBackend observed = new ObservedBackend(new SimdBackend(1)); Backend checked = new CheckedBackend(observed)) {
            losses(checked);
            Map<String, Long> calls = observed.observations().stream().collect(Collectors.toMap(Observation::op, Observation::calls));
            assertThat(calls).containsEntry("adamStep", (long) STEPS).containsEntry("crossEntropy", (long) STEPS);
        }
    }

    private static List<Double> losses(Backend backend) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 32).with(N_HEADS, 2).with(D_MLP, 64).with(N_CTX, 12).with(D_VOCAB, 17).with(NORM_AFFINE, true);
        RandomKey key = RandomKey.of(3);
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F32, key.split("init"));
        Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, key.split("dropout"));
        List<Double> losses = new ArrayList<>();
        for (int t = 1; t <= STEPS; t++) {
            int[] windows = new int[4 * 13];
            for (int i = 0; i < windows.length; i++) {
                windows[i] = key.split(t).below(17, i);
            }
            losses.add(trainer.step(t, windows, 4, Set.of()).loss());
        }
        return losses;
    }
}
