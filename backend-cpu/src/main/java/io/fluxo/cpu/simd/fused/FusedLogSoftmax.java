package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Softmaxes;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.workers.Workers;

/** x − log Σ e^x, row by row. */
final class FusedLogSoftmax extends FusedRows {

    FusedLogSoftmax(Memory memory, Workers workers) {
        super(memory, workers, 0.7, 0.7);
    }

    @Override
    void forward(float[] x, int fromRow, int toRow, int width, float[] y, float[] room) {
        Softmaxes.logSoftmax(x, fromRow, toRow, width, y, room);
    }

    @Override
    void backward(float[] y, float[] g, int fromRow, int toRow, int width, float[] dx, float[] room) {
        Softmaxes.logSoftmaxBackward(y, g, fromRow, toRow, width, dx, room);
    }
}
