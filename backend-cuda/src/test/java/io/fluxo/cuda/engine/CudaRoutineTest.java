package io.fluxo.cuda.engine;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(names = {"BF16", "TF32"})
    void inOtherPrecisionsToo(Precision precision) {
        requireSame(spec("pre"), precision);
    }

    private static List<Float> list(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    /** Three results of a routine, of which the first is asked for and the others are replayed. */
    private static Set<List<Float>> results(Backend backend, Supplier<Tensor> step) {
        Routine routine = backend.routine(step);
        return Stream.generate(() -> backend.download(routine.run()).toFloats()).limit(3).map(CudaRoutineTest::list).collect(Collectors.toSet());
    }

    /** With the sum needed afterwards, and without. */
    @TestFactory
    Stream<DynamicTest> aNormJoinsTheSumBeforeIt() {
        return Stream.of(new FusedOp.LayerNorm(1e-5, true), new FusedOp.RmsNorm(1e-5, true)).flatMap(norm -> Stream.of(true, false).map(needed ->
                DynamicTest.dynamicTest(norm.name() + (needed ? ", the sum is needed" : ", the sum is not"), () -> {
                    try (Backend backend = open(Precision.F32)) {
                        Ops ops = new Ops(backend);
                        Tensor[] in = Stream.of("a", "b").map(name -> backend.upload(normal(name, 5, 150))).toArray(Tensor[]::new);
                        Tensor[] affine = Stream.of("gain", "bias").map(name -> backend.upload(normal(name, 150))).limit(norm instanceof FusedOp.LayerNorm ? 2 : 1).toArray(Tensor[]::new);
                        assertThat(results(backend, () -> {
                            Tensor sum = ops.add(in[0], in[1]);
                            Tensor y = ops.fused(norm, Stream.concat(Stream.of(sum), Arrays.stream(affine)).toArray(Tensor[]::new));
                            return needed ? ops.add(y, sum) : y;
                        })).hasSize(1);
                    }
                })));
    }

    /** The gradient of logits is written over them where nothing reads them afterwards. */
    @TestFactory
    Stream<DynamicTest> logitsThatAreReadLaterStay() {
        return Stream.of(true, false).map(later -> DynamicTest.dynamicTest(later ? "read later" : "not read later", () -> {
            try (Backend backend = open(Precision.F32)) {
                Tensor x = backend.upload(normal("x", 5, 8));
                Tensor w = backend.upload(normal("w", 8, 70));
                Tensor targets = backend.upload(HostArray.of(Shape.of(5), new int[] {0, 69, 3, 3, 12}));
                assertThat(results(backend, () -> {
                    AutodiffBackend tape = new AutodiffBackend(backend);
                    Ops ops = new Ops(tape);
                    tape.watch(w);
                    Tensor logits = ops.linear(x, w, null);
                    Tensor gradient = tape.gradients(ops.meanAll(ops.crossEntropy(logits, targets)), List.of(w))[0];
                    Ops plain = new Ops(backend);
                    return later ? plain.add(gradient, plain.matMul(x, tape.value(logits), true, false)) : gradient;
                })).hasSize(1);
            }
        }));
    }

    /** What depends on nothing from outside is computed once, whatever it takes; what is then put in its place is put there every time. */
    @Test
    void constantsOfConstantsAreComputedOnce() {
        try (Backend backend = open(Precision.F32)) {
            Ops ops = new Ops(backend);
            Tensor x = backend.upload(normal("x", 6));
            assertThat(results(backend, () -> {
                Tensor angle = ops.exp(ops.scale(ops.iota(0, Shape.of(6), DType.F32), -0.5));
                Tensor waves = ops.add(ops.sin(angle), ops.cos(angle));
                Tensor sum = backend.update(new UpdateOp.Accumulate(), ops.scale(ops.iota(0, Shape.of(6), DType.F32), 3), ops.mul(x, waves))[0];
                return ops.add(sum, waves);
            })).hasSize(1);
        }
    }

    private static HostArray normal(String name, int... sizes) {
        Shape shape = Shape.of(sizes);
        return HostArray.of(shape, DType.F32, KEY.split(name).normals(shape.elements(), 1));
    }
}
