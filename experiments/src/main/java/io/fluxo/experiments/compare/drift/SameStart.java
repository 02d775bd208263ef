package io.fluxo.experiments.compare.drift;

import io.fluxo.model.LanguageModel;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;

/** First values that every backend and type holds: as a model draws them, rounded to F32. */
final class SameStart {

    private SameStart() {}

    static void fill(LanguageModel model, DriftArm arm, RandomKey key) {
        model.fill(cell -> {
            double[] values = cell.initializer().sample(cell.shape(), key.split(cell.name()));
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) values[i];
            }
            return arm.backend().upload(HostArray.of(cell.shape(), arm.dtype(), values));
        });
    }
}
