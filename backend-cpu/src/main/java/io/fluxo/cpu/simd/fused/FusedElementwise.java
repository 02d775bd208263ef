package io.fluxo.cpu.simd.fused;

import static io.fluxo.cpu.simd.vector.Lanes.BLOCK;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Follows;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.products.Epilogue.Span;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** A kernel whose output element depends only on the input element at the same position, and on that position. */
abstract class FusedElementwise implements FusedKernel {

    private final Workers workers;
    private final double nanos;

    /** @param nanos roughly the time of an element, in nanoseconds */
    FusedElementwise(Workers workers, double nanos) {
        this.workers = workers;
        this.nanos = nanos;
    }

    /** y from x, over ranges of whole blocks. */
    abstract Span forward(List<SimdTensor> in, float[] x, float[] y);

    /** ∂x from x and g, over ranges of whole blocks. */
    abstract Span backward(List<SimdTensor> in, float[] x, float[] g, float[] dx);

    @Override
    public final Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        float[] x = in.getFirst().floats();
        float[] y = out.getFirst().floats();
        return kernel(in.getFirst(), y, forward(in, x, y));
    }

    @Override
    public final Kernel backward(Pullback pass) {
        float[] g = pass.gradient().floats();
        return kernel(pass.x(), pass.dx(), backward(pass.in(), pass.x().floats(), g, pass.dx()));
    }

    private Kernel kernel(SimdTensor like, float[] to, Span body) {
        Runnable alone = workers.plan(Lanes.padded(like.elements()), BLOCK, nanos, (start, end, _) -> body.over(start, end));
        return new Kernel(alone, new Follows(to, Epilogue.elementwise(like.width(), body)));
    }
}
