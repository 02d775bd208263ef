package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.PrimitiveOp.Max;
import io.fluxo.op.PrimitiveOp.Reduction;
import io.fluxo.op.PrimitiveOp.Sum;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums, maxima and the places of maxima. Neighbouring axes are reduced together, from the last on; a long axis with few results is cut into chunks, whose number
 * depends on the sizes alone.
 */
final class Reductions {

    private static final int THREADS = 256;
    private static final int FEW_RESULTS = 1 << 14;
    private static final int LONG = 1024;
    private static final int MOST_CHUNKS = 256;

    private final Gpu gpu;

    Reductions(Gpu gpu) {
        this.gpu = gpu;
    }

    /** One reduction of the middle of three axes. */
    private record Pass(int outer, int count, int inner) {
        int results() {
            return outer * inner;
        }
    }

    Runnable reduce(Reduction op, GpuTensor x, GpuTensor y) {
        String name = switch (op) {
            case Sum _ -> "sum";
            case Max _ -> "max";
        };
        List<Pass> passes = passes(x.shape(), op.axes().stream().mapToInt(x.shape()::axis).sorted().distinct().toArray());
        List<Runnable> steps = new ArrayList<>();
        long from = x.address();
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            long to = i == passes.size() - 1 ? y.address() : gpu.memory().lend((long) pass.results() * x.dtype().bytes());
            add(steps, name, x.dtype(), pass, from, to);
            from = to;
        }
        return () -> steps.forEach(Runnable::run);
    }

    /** Groups of neighbouring axes, the last group first; no axes are one group of nothing, which copies. */
    private static List<Pass> passes(Shape shape, int[] axes) {
        List<Pass> passes = new ArrayList<>();
        int[] sizes = shape.sizes().clone();
        int end = axes.length;
        while (end > 0) {
            int begin = end - 1;
            while (begin > 0 && axes[begin - 1] == axes[begin] - 1) {
                begin--;
            }
            passes.add(new Pass(product(sizes, 0, axes[begin]), product(sizes, axes[begin], axes[end - 1] + 1), product(sizes, axes[end - 1] + 1, sizes.length)));
            for (int i = begin; i < end; i++) {
                sizes[axes[i]] = 1;
            }
            end = begin;
        }
        return passes.isEmpty() ? List.of(new Pass(shape.elements(), 1, 1)) : passes;
    }

    private static int product(int[] sizes, int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product *= sizes[i];
        }
        return product;
    }

    private void add(List<Runnable> steps, String name, DType dtype, Pass pass, long from, long to) {
        int chunks = pass.results() < FEW_RESULTS && pass.count() > LONG ? Math.min(MOST_CHUNKS, (pass.count() + LONG - 1) / LONG) : 1;
        if (chunks == 1) {
            steps.add(one(name, dtype, pass, 1, from, to));
            return;
        }
        long parts = gpu.memory().lend((long) pass.results() * chunks * dtype.bytes());
        steps.add(one(name, dtype, pass, chunks, from, parts));
        steps.add(one(name, dtype, new Pass(pass.outer(), chunks, pass.inner()), 1, parts, to));
    }

    private Runnable one(String name, DType dtype, Pass pass, int chunks, long from, long to) {
        if (pass.inner() == 1 && pass.count() > 1) {
            int blocks = Math.clamp((long) pass.outer() * chunks, 1, 1 << 16);
            return gpu.launch(KernelSources.REDUCTIONS, name + "_rows_" + dtype.label()).number(from).number(to).number(pass.outer()).number(pass.count()).number(chunks)
                    .grid(blocks, 1, 1, pass.count() / chunks <= 64 ? 32 : THREADS, 0);
        }
        return gpu.launch(KernelSources.REDUCTIONS, name + "_columns_" + dtype.label()).number(from).number(to).number(pass.outer()).number(pass.count()).number(pass.inner()).number(chunks)
                .forEach((long) pass.results() * chunks, THREADS);
    }

    /** Sums over the rows of {@code x} [rows, width] to {@code to} [width]. */
    Runnable columnSums(long from, int rows, int width, long to) {
        List<Runnable> steps = new ArrayList<>();
        add(steps, "sum", DType.F32, new Pass(1, rows, width), from, to);
        return () -> steps.forEach(Runnable::run);
    }

    Runnable argMax(GpuTensor x, int axis, GpuTensor y) {
        Shape shape = x.shape();
        int count = shape.size(axis);
        if (count == 0) {
            throw new IllegalArgumentException(Text.format("argMax: axis %d of %s is empty", axis, shape));
        }
        int inner = shape.elementsFrom(axis + 1);
        return gpu.launch(KernelSources.REDUCTIONS, "arg_max_" + x.dtype().label()).tensor(x).tensor(y).number(inner == 0 ? 0 : y.elements() / inner).number(count).number(Math.max(1, inner))
                .forEach(32L * y.elements(), THREADS);
    }
}
