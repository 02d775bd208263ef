package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Elements to other places; constants, counts and draws. */
final class Movements {

    private static final int THREADS = 256;

    private final Gpu gpu;

    Movements(Gpu gpu) {
        this.gpu = gpu;
    }

    Runnable permute(GpuTensor x, List<Integer> order, GpuTensor y) {
        int[] own = Walk.rowMajor(x.shape());
        int[] from = order.stream().mapToInt(axis -> own[x.shape().axis(axis)]).toArray();
        return copy(x, from, 0, y, Walk.rowMajor(y.shape()), 0, y.shape());
    }

    Runnable expand(GpuTensor x, GpuTensor y) {
        return copy(x, Walk.stretched(x.shape(), y.shape()), 0, y, Walk.rowMajor(y.shape()), 0, y.shape());
    }

    Runnable slice(GpuTensor x, int axis, int start, GpuTensor y) {
        int[] from = Walk.rowMajor(x.shape());
        return copy(x, from, (long) start * from[axis], y, Walk.rowMajor(y.shape()), 0, y.shape());
    }

    Runnable pad(GpuTensor x, int axis, int before, double value, GpuTensor y) {
        Runnable filling = fill(value, y);
        Runnable copying = into(x, axis, before, y);
        return () -> {
            filling.run();
            copying.run();
        };
    }

    Runnable concat(GpuTensor[] in, int axis, GpuTensor y) {
        List<Runnable> parts = new ArrayList<>();
        int start = 0;
        for (GpuTensor part : in) {
            parts.add(into(part, axis, start, y));
            start += part.shape().size(axis);
        }
        return () -> parts.forEach(Runnable::run);
    }

    /** All of {@code x} to the positions of {@code axis} from {@code start} on. */
    private Runnable into(GpuTensor x, int axis, int start, GpuTensor y) {
        int[] to = Walk.rowMajor(y.shape());
        return copy(x, Walk.rowMajor(x.shape()), 0, y, to, (long) start * to[axis], x.shape());
    }

    private Runnable copy(GpuTensor x, int[] from, long fromStart, GpuTensor y, int[] to, long toStart, Shape shape) {
        Walk walk = Walk.of(shape.sizes(), List.of(from, to));
        return gpu.launch(KernelSources.MOVEMENTS, "copy_" + x.dtype().bytes()).tensor(x).tensor(y).struct(walk.words()).number(fromStart).number(toStart).number(shape.elements())
                .forEach(shape.elements(), THREADS);
    }

    Runnable fill(double value, GpuTensor y) {
        return gpu.launch(KernelSources.MOVEMENTS, "fill_" + y.dtype().bytes()).tensor(y).number(bits(value, y.dtype())).number(y.elements()).forEach(y.elements(), THREADS);
    }

    private static long bits(double value, DType dtype) {
        return switch (dtype) {
            case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
            case I32 -> Integer.toUnsignedLong((int) value);
            case I64 -> (long) value;
            case BOOL -> value != 0 ? 1 : 0;
            case F64, BF16 -> throw new IllegalArgumentException("cuda has no " + dtype.label());
        };
    }

    Runnable iota(int axis, GpuTensor y) {
        Shape shape = y.shape();
        return gpu.launch(KernelSources.MOVEMENTS, "iota_" + y.dtype().label()).tensor(y).number(Math.max(1, shape.size(axis))).number(Math.max(1, shape.elementsFrom(shape.axis(axis) + 1)))
                .number(y.elements()).forEach(y.elements(), THREADS);
    }

    Runnable draws(GpuTensor key, GpuTensor y) {
        return gpu.launch(KernelSources.MOVEMENTS, "random_uniform").tensor(key).tensor(y).number(y.elements()).forEach(y.elements(), THREADS);
    }

    Runnable dropout(GpuTensor x, GpuTensor key, GpuTensor y, double rate) {
        return gpu.launch(KernelSources.MOVEMENTS, "dropout").tensor(x).tensor(key).tensor(y).real(rate).real(1 / (1 - rate)).number(y.elements()).forEach(y.elements(), THREADS);
    }

    /** {@code n} float32 numbers as bfloat16. */
    Runnable toBf16(long from, long to, long n) {
        return gpu.launch(KernelSources.MOVEMENTS, "round_to_bf16").number(from).number(to).number(n).forEach(n, THREADS);
    }
}
