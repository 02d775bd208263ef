package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Follows;
import io.fluxo.cpu.simd.loops.Norms;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Epilogue;
import io.fluxo.cpu.simd.workers.Pieces;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Shape;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * LayerNorm, and RMSNorm without means and bias. Saves r = 1/√(σ² + ε) of each row, and for LayerNorm its mean.
 *
 * @param centred whether rows are taken relative to their means
 */
record FusedNorm(Memory memory, Workers workers, double eps, boolean centred) implements ShowingKernel {

    @Override
    public List<Shape> saved(List<SimdTensor> in) {
        return Collections.nCopies(centred ? 2 : 1, Shape.of(in.getFirst().rows()));
    }

    @Override
    public boolean adds() {
        return true;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out, Map<Inside, SimdTensor> shown) {
        SimdTensor y = out.getFirst();
        float[] x = in.getFirst().floats();
        float[] gain = in.size() > 1 ? in.get(1).floats() : null;
        float[] bias = in.size() > 2 ? in.get(2).floats() : null;
        float[] to = y.floats();
        float[] means = centred ? out.get(1).floats() : null;
        float[] rstds = out.getLast().floats();
        int width = y.width();
        float[] scales = ShowingKernel.array(shown, Inside.SCALE);
        float[] normalized = ShowingKernel.array(shown, Inside.NORMALIZED);
        Epilogue.Span body = (from, end) -> Norms.forward(x, from, end, width, eps, gain, bias, to, means, rstds, scales, normalized);
        Runnable alone = workers.plan(y.rows(), Norms.SIDE, 0.2 * width + 10, (from, end, _) -> body.over(from, end));
        return new Kernel(alone, new Follows(to, Epilogue.rows(width, Norms.SIDE, body)));
    }

    @Override
    public Kernel backward(Pullback pass) {
        int rows = pass.x().rows();
        int d = pass.x().width();
        float[] x = pass.x().floats();
        float[] g = pass.gradient().floats();
        float[] gain = pass.input(1);
        float[] means = centred ? pass.saved().getFirst().floats() : null;
        float[] rstds = pass.saved().getLast().floats();
        float[] dx = pass.dx();
        boolean onto = pass.onto();
        Pieces pieces = Pieces.of(rows, d);
        ColumnSums gains = ColumnSums.of(memory, pieces, d, pass.output(1));
        ColumnSums biases = ColumnSums.of(memory, pieces, d, pass.output(2));
        float[][] rooms = memory.lend(workers.count(), Norms.room(d));
        Runnable inPieces = workers.plan(pieces.count(), (piece, worker) -> {
            int from = pieces.from(piece);
            int to = pieces.from(piece + 1);
            Norms.backward(x, g, from, to, d, gain, means, rstds, dx, onto, rooms[worker]);
            if (gains.parts() != null) {
                Norms.parameterGradients(x, g, from, to, d, means, rstds, gains.parts(), biases.parts(), gains.at(piece));
            }
        });
        return Kernel.of(() -> {
            inPieces.run();
            gains.finish();
            biases.finish();
        });
    }
}
