package io.fluxo.experiments.bench;

import io.fluxo.backend.Backend;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import java.util.Set;

/** A step of training a model, again and again on the same windows. */
public final class TrainingStep implements Runnable {

    private static final RandomKey KEY = RandomKey.of(0);

    private final Trainer trainer;
    private final int[] windows;
    private final int rows;
    private int steps;

    public TrainingStep(BenchCase spec, Backend backend, DType dtype, Catalog catalog) {
        trainer = new Trainer(backend, model(spec, backend, dtype, catalog), spec.training(), TrainingParts.CATALOG, KEY.split("dropout"));
        rows = spec.batch();
        windows = new int[spec.batch() * (spec.tokens() + 1)];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = KEY.split("data").below(spec.vocab(), i);
        }
    }

    static Transformer model(BenchCase spec, Backend backend, DType dtype, Catalog catalog) {
        Transformer model = ModelBuilder.transformer(spec.spec(), catalog);
        model.initialize(backend, dtype, KEY.split("init"));
        return model;
    }

    /** One step; it is done when its loss has come to the host. */
    @Override
    public void run() {
        trainer.step(++steps, windows, rows, Set.of());
    }
}
