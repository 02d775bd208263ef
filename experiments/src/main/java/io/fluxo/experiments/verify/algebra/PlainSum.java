package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.experiments.verify.measure.Largest;
import io.fluxo.tensor.HostArray;

/** x_0 and what every sub-layer contributes, added up as they are. */
final class PlainSum {

    private PlainSum() {}

    /** The largest difference between that sum and x_L, relative to the largest number of x_L; blocks declare what they contribute. */
    static double deviation(Blocks blocks, HostArray x0) {
        String[] points = blocks.model().blocks().stream().flatMap(block -> block.contract().orElseThrow().branches().stream().map(branch -> block.path() + "." + branch.contribution()))
                .toArray(String[]::new);
        Blocks.Run run = blocks.run(x0, points);
        double[][] sum = Dense.of(x0);
        for (String point : points) {
            sum = Dense.sum(sum, Dense.of(run.at(point)));
        }
        return Dense.difference(sum, Dense.of(run.output())) / Largest.of(run.output().toDoubles());
    }
}
