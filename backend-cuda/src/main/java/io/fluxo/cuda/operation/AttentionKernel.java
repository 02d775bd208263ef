package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp;
import io.fluxo.shape.Shape;
import java.util.List;
import java.util.Map;

/** softmax(scale · QKᵀ)V for each head, tile by tile; ln Σ e^(scale·q·k) is saved. Heads have at most 256 numbers. */
record AttentionKernel(Gpu gpu, FusedOp.Attention op) implements FusedKernel {

    static final int MOST_NUMBERS = 256;
    private static final int TILE = 32;
    private static final int SIDE = 16;
    private static final int THREADS = SIDE * SIDE;

    @Override
    public List<Shape> saved(List<GpuTensor> in) {
        Shape q = in.getFirst().shape();
        return List.of(Shape.of(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public boolean readsResult() {
        return true;
    }

    /** The sizes of a call, as {@code attention.cu} has them. */
    private record Sizes(int batch, int n, int m, int heads, int d, int dv, boolean causal) {

        static Sizes of(List<GpuTensor> in, Mask mask) {
            Shape q = in.get(0).shape();
            return new Sizes(q.size(0), q.size(1), in.get(1).shape().size(1), q.size(2), q.size(3), in.get(2).shape().size(3), mask == Mask.CAUSAL);
        }

        long[] words() {
            return new long[] {batch, n, m, heads, d, dv, causal ? 1 : 0};
        }

        /** How many columns of 16 a thread's sums have: a power of two. */
        int columns(int width) {
            int columns = 1;
            while (columns * SIDE < width) {
                columns *= 2;
            }
            return columns;
        }

        /** Bytes of tiles of {@code ofD} and {@code ofDv} matrices of the two widths, and of {@code ofTile} square ones. */
        int sharedBytes(int ofD, int ofDv, int ofTile) {
            return Float.BYTES * TILE * (ofD * (d + 1) + ofDv * (dv + 1) + ofTile * (TILE + 1));
        }

        boolean isEmpty() {
            return batch * heads * n == 0;
        }
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        Sizes sizes = Sizes.of(in, op.mask());
        if (sizes.isEmpty()) {
            return () -> { };
        }
        GpuTensor pattern = shown.get(Inside.PATTERN);
        long scores = shown.containsKey(Inside.SCORES) ? shown.get(Inside.SCORES).address() : pattern != null ? gpu.memory().lend(pattern.bytes()) : 0;
        int shared = sizes.sharedBytes(2, 1, 1);
        Launch attention = gpu.launch(KernelSources.ATTENTION, "attention_" + sizes.columns(sizes.dv), shared).tensor(in.get(0)).tensor(in.get(1)).tensor(in.get(2)).tensor(out.get(0))
                .tensor(out.get(1)).number(scores).struct(sizes.words()).real(op.scale().value());
        Runnable computing = grid(attention, sizes.n, sizes, shared);
        if (pattern == null) {
            return computing;
        }
        return FusedKernel.both(computing, gpu.launch(KernelSources.ATTENTION, "attention_pattern").number(scores).tensor(out.get(1)).tensor(pattern).number(Math.max(1, sizes.m))
                .number(pattern.elements()).forEach(pattern.elements(), THREADS));
    }

    @Override
    public Runnable backward(Pullback pass) {
        Sizes sizes = Sizes.of(pass.in(), op.mask());
        if (sizes.isEmpty()) {
            List<Runnable> zeros = pass.out().stream().map(gpu::zeros).toList();
            return () -> zeros.forEach(Runnable::run);
        }
        GpuTensor logs = pass.saved().getFirst();
        long shares = gpu.memory().lend(logs.bytes());
        Runnable ofRows = gpu.launch(KernelSources.ATTENTION, "attention_shares").tensor(pass.gradient()).tensor(pass.result()).number(shares).struct(sizes.words())
                .forEach(32L * logs.elements(), THREADS);
        int forKeys = sizes.sharedBytes(2, 2, 2);
        Runnable ofKeys = grid(arguments("attention_keys_" + sizes.columns(Math.max(sizes.d, sizes.dv)), forKeys, pass, logs, shares).tensor(pass.out().get(1)).tensor(pass.out().get(2))
                .struct(sizes.words()).real(op.scale().value()), sizes.m, sizes, forKeys);
        int forQueries = sizes.sharedBytes(2, 2, 1);
        Runnable ofQueries = grid(arguments("attention_queries_" + sizes.columns(sizes.d), forQueries, pass, logs, shares).tensor(pass.dx()).struct(sizes.words())
                .real(op.scale().value()), sizes.n, sizes, forQueries);
        return () -> {
            ofRows.run();
            if (sizes.m > 0) {
                ofKeys.run();
            }
            ofQueries.run();
        };
    }

    private Launch arguments(String name, int sharedBytes, Pullback pass, GpuTensor logs, long shares) {
        return gpu.launch(KernelSources.ATTENTION, name, sharedBytes).tensor(pass.x()).tensor(pass.input(1)).tensor(pass.input(2)).tensor(pass.gradient()).tensor(logs).number(shares);
    }

    private static Launch grid(Launch launch, int rows, Sizes sizes, int sharedBytes) {
        return launch.grid(Math.max(1, (rows + TILE - 1) / TILE), sizes.heads, sizes.batch, THREADS, sharedBytes);
    }
}
