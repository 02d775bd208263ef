package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Softmaxes;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.workers.Workers;

/** e^x / Σ e^x, row by row. */
final class FusedSoftmax extends FusedRows {

    FusedSoftmax(Memory memory, Workers workers) {
        super(memory, workers, 0.7, 0.3);
    }

    @Override
    void forward(float[] x, int fromRow, int toRow, int width, float[] y, float[] room) {
        Softmaxes.softmax(x, fromRow, toRow, width, y);
    }

    @Override
    void backward(float[] y, float[] g, int fromRow, int toRow, int width, float[] dx, float[] room) {
        Softmaxes.softmaxBackward(y, g, fromRow, toRow, width, dx);
    }
}
