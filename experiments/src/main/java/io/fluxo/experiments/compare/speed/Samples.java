package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.tensor.DType;
import java.util.List;

/**
 * Runs of a case on a backend.
 *
 * @param seconds   of a call, run by run
 * @param calls     how many calls a run is made of
 * @param allocated bytes on the Java heap in a call, of the run that allocated least: other threads' bytes are in it too
 */
record Samples(List<Double> seconds, int calls, long allocated) {

    SpeedFigures figures(SpeedCase one, DType dtype, Peak peak) {
        double median = Statistics.median(seconds);
        double gflops = one.flops() / median / 1e9;
        long bytes = one.bytes().applyAsLong(dtype);
        boolean bytesMatter = bytes > 0;
        double roof = bytesMatter ? peak.roof(dtype, one.flops(), bytes) : peak.gflops(dtype);
        return new SpeedFigures(median, Statistics.medianInterval(seconds), seconds.size(), calls, gflops, bytesMatter ? bytes / median / 1e9 : Double.NaN,
                bytesMatter ? one.flops() / bytes : Double.NaN, gflops / roof, allocated);
    }
}
