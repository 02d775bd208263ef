package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Shape;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * softmax(scale · QKᵀ)V for each head, tile by tile; each query's largest score, and 1/Σ e^(score − largest), are saved. Where products are computed in bfloat16, so are these, on tensor cores, for heads of up
 * to 128 numbers and compute capability 8.0 and above.
 */
record AttentionKernel(Gpu gpu, FusedOp.Attention op) implements FusedKernel {

    private static final int THREADS = 256;

    @Override
    public List<Shape> saved(List<GpuTensor> in) {
        Shape q = in.getFirst().shape();
        return Collections.nCopies(2, Shape.of(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public boolean readsResult() {
        return true;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        AttentionSizes sizes = AttentionSizes.of(in, op.mask());
        if (sizes.isEmpty()) {
            return () -> { };
        }
        GpuTensor pattern = shown.get(Inside.PATTERN);
        long scores = shown.containsKey(Inside.SCORES) ? shown.get(Inside.SCORES).address() : pattern != null ? gpu.memory().lend(pattern.bytes()) : 0;
        AttentionTiles tiles = AttentionTiles.of(gpu, sizes);
        Runnable computing = grid(gpu.launch(tiles.source(), tiles.forward(), tiles.forwardBytes()).tensor(in.get(0)).tensor(in.get(1)).tensor(in.get(2)).tensor(out.get(0))
                .tensor(out.get(1)).tensor(out.get(2)).number(scores), sizes, sizes.n(), tiles, tiles.forwardBytes());
        if (pattern == null) {
            return computing;
        }
        return FusedKernel.both(computing, gpu.launch(KernelSources.ATTENTION, "attention_pattern").number(scores).tensor(out.get(1)).tensor(out.get(2)).tensor(pattern).number(Math.max(1, sizes.m()))
                .number(pattern.elements()).forEach(pattern.elements(), THREADS));
    }

    @Override
    public Runnable backward(Pullback pass) {
        AttentionSizes sizes = AttentionSizes.of(pass.in(), op.mask());
        if (sizes.isEmpty()) {
            List<Runnable> zeros = pass.out().stream().map(gpu::zeros).toList();
            return () -> zeros.forEach(Runnable::run);
        }
        AttentionTiles tiles = AttentionTiles.of(gpu, sizes);
        GpuTensor tops = pass.saved().getFirst();
        long dots = gpu.memory().lend(tops.bytes());
        Runnable ofRows = gpu.launch(KernelSources.ATTENTION, "attention_dots").tensor(pass.gradient()).tensor(pass.result()).number(dots).struct(sizes.words())
                .forEach(32L * tops.elements(), THREADS);
        Runnable ofKeys = grid(backward(tiles, tiles.keys(), tiles.keysBytes(), pass, dots).tensor(pass.out().get(1)).tensor(pass.out().get(2)), sizes, sizes.m(), tiles,
                tiles.keysBytes());
        Runnable ofQueries = grid(backward(tiles, tiles.queries(), tiles.queriesBytes(), pass, dots).tensor(pass.dx()), sizes, sizes.n(), tiles, tiles.queriesBytes());
        Runnable others = sizes.m() == 0 ? ofQueries : FusedKernel.both(ofKeys, ofQueries);
        return FusedKernel.both(ofRows, others);
    }

    /** A kernel of the backward pass, with the arguments that both have. */
    private Launch backward(AttentionTiles tiles, String name, int sharedBytes, Pullback pass, long dots) {
        return gpu.launch(tiles.source(), name, sharedBytes).tensor(pass.x()).tensor(pass.input(1)).tensor(pass.input(2)).tensor(pass.gradient())
                .tensor(pass.saved().getFirst()).tensor(pass.saved().getLast()).number(dots);
    }

    /** The arguments that all have in the end, and a block for each tile of each head. */
    private Launch grid(Launch launch, AttentionSizes sizes, int rows, AttentionTiles tiles, int sharedBytes) {
        return launch.struct(sizes.words()).real(op.scale().value()).grid(tiles.count(rows), sizes.heads(), sizes.batch(), tiles.threads(), sharedBytes);
    }
}
