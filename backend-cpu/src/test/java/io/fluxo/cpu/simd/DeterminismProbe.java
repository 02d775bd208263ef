package io.fluxo.cpu.simd;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Computes with every kernel and prints the bits of what came out, one line each; run by {@link DeterminismTest} in JVMs that execute the
 * same code in different ways. Arguments: threads, rounds (more than a few thousand calls get a kernel compiled).
 */
public final class DeterminismProbe {

    private DeterminismProbe() {}

    public static void main(String[] arguments) {
        lines(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])).forEach(System.out::println);
    }

    static List<String> lines(int threads, int rounds) {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, threads))) {
            List<String> lines = List.of();
            for (int round = 0; round < rounds; round++) {
                lines = kernels(backend);
            }
            return Stream.of(lines, large(backend), List.of(training(backend))).flatMap(List::stream).toList();
        }
    }

    private static List<String> kernels(Backend backend) {
        return List.of(
                elementwise(backend, "exp", ops -> ops::exp), elementwise(backend, "log", ops -> x -> ops.log(ops.mul(x, x))),
                elementwise(backend, "tanh", ops -> ops::tanh), elementwise(backend, "erf", ops -> ops::erf),
                elementwise(backend, "sin", ops -> ops::sin), elementwise(backend, "sum", ops -> ops::sumAll),
                elementwise(backend, "rows", ops -> x -> ops.sumOver(x, -1)), elementwise(backend, "columns", ops -> x -> ops.sumOver(x, 0)),
                elementwise(backend, "max", ops -> x -> ops.max(x, -1)),
                fused(backend, new FusedOp.Linear(true), shapes(19, 37), shapes(37, 45), shapes(45)),
                fused(backend, new FusedOp.Relu(), shapes(3, 37)), fused(backend, new FusedOp.Gelu(true), shapes(3, 37)),
                fused(backend, new FusedOp.Gelu(false), shapes(3, 37)), fused(backend, new FusedOp.Softmax(), shapes(3, 37)),
                fused(backend, new FusedOp.LogSoftmax(), shapes(3, 37)),
                fused(backend, new FusedOp.LayerNorm(1e-5, true), shapes(3, 37), shapes(37), shapes(37)),
                fused(backend, new FusedOp.RmsNorm(1e-5, true), shapes(3, 37), shapes(37)),
                fused(backend, new FusedOp.Attention(Mask.CAUSAL, Scalar.of(0.3), false), shapes(2, 13, 3, 5), shapes(2, 13, 3, 5), shapes(2, 13, 3, 7)),
                fused(backend, new FusedOp.Attention(Mask.CAUSAL, Scalar.of(0.3), false), shapes(1, 70, 1, 5), shapes(1, 70, 1, 5), shapes(1, 70, 1, 9)),
                fused(backend, new FusedOp.Attention(Mask.BIDIRECTIONAL, Scalar.of(0.3), false), shapes(1, 5, 2, 17), shapes(1, 9, 2, 17),
                        shapes(1, 9, 2, 5)),
                fused(backend, new FusedOp.Rotate(Pairs.HALVES), shapes(2, 5, 3, 74), shapes(5, 37), shapes(5, 37)),
                fused(backend, new FusedOp.Rotate(Pairs.NEIGHBOURS), shapes(2, 5, 3, 74), shapes(5, 37), shapes(5, 37)));
    }

    private static String elementwise(Backend backend, String name, Function<Ops, Function<Tensor, Tensor>> op) {
        try (TensorScope _ = backend.openScope()) {
            Tensor x = backend.upload(normal(Shape.of(7, 83), name));
            return name + " " + bits(backend.download(op.apply(new Ops(backend)).apply(x)));
        }
    }

    private static String fused(Backend backend, FusedOp op, Shape... shapes) {
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor[] inputs = new Tensor[shapes.length];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = tape.watch(backend.upload(normal(shapes[i], op.name() + i)));
            }
            Ops ops = new Ops(tape);
            Tensor y = ops.fused(op, inputs);
            Tensor weights = backend.upload(normal(y.shape(), "upstream"));
            Tensor[] gradients = tape.gradients(ops.sumAll(ops.mul(y, weights)), Arrays.asList(inputs));
            StringBuilder line = new StringBuilder(op + " " + bits(tape.download(y)));
            for (Tensor gradient : gradients) {
                line.append(' ').append(bits(backend.download(gradient)));
            }
            return line.toString();
        }
    }

    /** Deep, tall and wide enough to be blocked, packed or read in place, shared out, and summed in pieces. */
    private static List<String> large(Backend backend) {
        return List.of(
                fused(backend, new FusedOp.Linear(true), shapes(130, 390), shapes(390, 67), shapes(67)),
                fused(backend, new FusedOp.Linear(true), shapes(200, 64), shapes(64, 96), shapes(96)),
                fused(backend, new FusedOp.Linear(true), shapes(801, 24), shapes(24, 32), shapes(32)),
                fused(backend, new FusedOp.Linear(true), shapes(850, 20), shapes(20, 78), shapes(78)),
                fused(backend, new FusedOp.Linear(false), shapes(800, 32), shapes(32, 35)),
                fused(backend, new FusedOp.LayerNorm(1e-5, true), shapes(403, 64), shapes(64), shapes(64)),
                fused(backend, new FusedOp.RmsNorm(1e-5, true), shapes(401, 67), shapes(67)),
                fused(backend, new FusedOp.Attention(Mask.CAUSAL, Scalar.of(0.3), false), shapes(3, 60, 2, 32), shapes(3, 60, 2, 32),
                        shapes(3, 60, 2, 32)),
                fused(backend, new FusedOp.Rotate(Pairs.HALVES), shapes(3, 60, 4, 66), shapes(60, 33), shapes(60, 33)),
                fused(backend, new FusedOp.Rotate(Pairs.NEIGHBOURS), shapes(3, 60, 4, 66), shapes(60, 33), shapes(60, 33)));
    }

    private static String training(Backend backend) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 24).with(N_HEADS, 2).with(D_MLP, 40).with(N_CTX, 16).with(D_VOCAB, 19).with(ACT_FN, "gelu_tanh")
                .with(PLACEMENT, "post").with(NORM_AFFINE, true).with(DROPOUT, 0.1);
        RandomKey key = RandomKey.of(7);
        Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F32, key.split("init"));
        Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, key.split("dropout"));
        StringBuilder losses = new StringBuilder("losses");
        for (int t = 1; t <= 3; t++) {
            int[] windows = new int[4 * 17];
            for (int i = 0; i < windows.length; i++) {
                windows[i] = key.split(t).below(19, i);
            }
            losses.append(' ').append(Long.toHexString(Double.doubleToLongBits(trainer.step(t, windows, 4, Set.of()).loss())));
        }
        return losses.toString();
    }

    private static Shape shapes(int... sizes) {
        return Shape.of(sizes);
    }

    private static HostArray normal(Shape shape, String name) {
        RandomKey key = RandomKey.of(1).split(name);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * key.normal(i);
        }
        return HostArray.of(shape, DType.F32, values);
    }

    private static String bits(HostArray array) {
        long hash = 0;
        for (float value : array.toFloats()) {
            hash = hash * 31 + Float.floatToIntBits(value);
        }
        return Long.toHexString(hash);
    }
}
