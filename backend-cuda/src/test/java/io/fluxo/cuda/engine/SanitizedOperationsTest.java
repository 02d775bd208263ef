package io.fluxo.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.emulator.EmulatedDevice;
import io.fluxo.cuda.emulator.Emulator;
import io.fluxo.cuda.emulator.Replay;
import io.fluxo.cuda.emulator.Sanitizer;
import io.fluxo.op.Engine.Fused;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine asks of the device for every kernel that shares memory between threads, once more under sanitizers: no race, no access beside its memory. */
class SanitizedOperationsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Sanitizer.class)
    void findNothing(Sanitizer sanitizer) {
        EmulatedDevice.of(Emulator.built()).trace(folder, () -> {
            try (Backend backend = EmulatedGpu.onExactMemory()) {
                everything(backend);
            }
            try (Backend backend = EmulatedGpu.open(Precision.BF16)) {
                attention(backend, 70, 16);
            }
        });
        Replay replay = Replay.under(sanitizer, folder);
        assertThat(replay.isClean()).as(replay.report()).isTrue();
    }

    private static Tensor floats(Backend backend, int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return backend.upload(HostArray.of(shape, values));
    }

    private static Tensor indices(Backend backend, int count, int below) {
        return backend.upload(HostArray.of(Shape.of(count), IntStream.range(0, count).map(i -> i * 7 % below).toArray()));
    }

    private static void everything(Backend backend) {
        Tensor x = floats(backend, 3, 140);
        reductions(backend, x);
        for (FusedOp op : List.of(new FusedOp.Softmax(), new FusedOp.LogSoftmax(), new FusedOp.LayerNorm(1e-5, true), new FusedOp.RmsNorm(1e-5, false), new FusedOp.Gelu(true))) {
            Tensor[] in = op instanceof FusedOp.LayerNorm ? new Tensor[] {x, floats(backend, 140), floats(backend, 140)} : new Tensor[] {x};
            Fused forward = backend.runFused(op, true, in);
            backend.backward(op, in, forward, floats(backend, 3, 140));
        }
        FusedOp loss = new FusedOp.CrossEntropy();
        Tensor[] in = {x, indices(backend, 3, 140)};
        backend.backward(loss, in, backend.runFused(loss, true, in), floats(backend, 3));
        for (Pairs pairs : Pairs.values()) {
            rotate(backend, pairs);
        }
        attention(backend, 40, 8);
        backend.execute(new PrimitiveOp.ScatterAdd(Dim.of(5)), indices(backend, 9, 5), floats(backend, 9, 4));
        Tensor rates = backend.upload(HostArray.of(Shape.of(3), 1e-3f, 0.1f, 1e-3f));
        backend.update(new UpdateOp.AdamStep(0.9, 0.999, 1e-8, 0.01, true), floats(backend, 1100), floats(backend, 1100), floats(backend, 1100), floats(backend, 1100), rates);
        backend.download(backend.update(new UpdateOp.ClipFactor(1), backend.upload(HostArray.of(Shape.SCALAR, 1f)), x, floats(backend, 1100))[0]);
    }

    private static void reductions(Backend backend, Tensor x) {
        backend.execute(new PrimitiveOp.Sum(List.of(0, 1), false), x);
        backend.execute(new PrimitiveOp.Sum(List.of(0), false), floats(backend, 1500, 3));
        backend.execute(new PrimitiveOp.Max(List.of(1), false), x);
        backend.execute(new PrimitiveOp.ArgMax(1), x);
        backend.execute(new PrimitiveOp.Cast(DType.I32), x);
    }

    private static void rotate(Backend backend, Pairs pairs) {
        FusedOp op = new FusedOp.Rotate(pairs);
        Tensor[] in = {floats(backend, 2, 5, 3, 14), floats(backend, 5, 7), floats(backend, 5, 7)};
        backend.backward(op, in, backend.runFused(op, true, in), floats(backend, 2, 5, 3, 14));
    }

    private static void attention(Backend backend, int n, int d) {
        FusedOp op = new FusedOp.Attention(Mask.CAUSAL, Scalar.of(0.3), false);
        Tensor[] in = {floats(backend, 1, n, 2, d), floats(backend, 1, n, 2, d), floats(backend, 1, n, 2, d)};
        Fused forward = backend.runFused(op, true, in);
        for (Tensor gradient : backend.backward(op, in, forward, floats(backend, 1, n, 2, d))) {
            backend.download(gradient);
        }
    }
}
