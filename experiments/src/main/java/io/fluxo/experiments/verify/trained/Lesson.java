package io.fluxo.experiments.verify.trained;

import static io.fluxo.train.TrainingSpec.BATCH;
import static io.fluxo.train.TrainingSpec.STEPS;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** One training in float32 on {@code simd}: a model, a task, a seed. Closing it frees the model. */
final class Lesson implements AutoCloseable {

    private static final Apparatus.Setup SETUP = new Apparatus.Setup("simd", DType.F32);

    private final LanguageModel model;
    private final TrainingSpec training;
    private final Task task;
    private final RandomKey key;
    private final int nCtx;
    private final Backend backend;
    private final Runnable scope;
    private final Trainer trainer;
    private final double[] losses;

    Lesson(Apparatus apparatus, ModelSpec spec, TrainingSpec training, Task task, RandomKey key) {
        this.training = training;
        this.task = task;
        this.key = key;
        nCtx = spec.get(ModelSpec.N_CTX);
        backend = apparatus.backend(SETUP);
        scope = backend.openScope()::close;
        model = ModelBuilder.build(spec.withVocabulary(task.vocabulary()), apparatus.catalog());
        model.initialize(backend, DType.F32, key.split("init"));
        trainer = new Trainer(backend, model, training, apparatus.catalog(), key.split("dropout"));
        losses = new double[training.get(STEPS)];
    }

    /** Further training of the same model, from its values as they are then. It is closed with this one. */
    Lesson next(Apparatus apparatus, TrainingSpec other, String name) {
        return new Lesson(this, other, new Trainer(backend, model, other, apparatus.catalog(), key.split(name).split("dropout")), key.split(name));
    }

    private Lesson(Lesson former, TrainingSpec training, Trainer trainer, RandomKey key) {
        this.training = training;
        this.task = former.task;
        this.key = key;
        nCtx = former.nCtx;
        backend = former.backend;
        scope = () -> { };                                                      // what it makes belongs to the former one's
        model = former.model;
        this.trainer = trainer;
        losses = new double[training.get(STEPS)];
    }

    /** The model's values, to be put back with {@link #restore}. */
    Map<Cell, HostArray> values() {
        Map<Cell, HostArray> values = new LinkedHashMap<>();
        model.cells().forEach(cell -> values.put(cell, backend.download(cell.value())));
        return values;
    }

    void restore(Map<Cell, HostArray> values) {
        values.forEach((cell, value) -> cell.set(backend.upload(value)));
    }

    /** Carries out all steps. A loss that is not finite ends it; the steps that are left then have none. */
    Lesson run(IntConsumer done) {
        Arrays.fill(losses, Double.NaN);
        for (int t = 1; t <= losses.length; t++) {
            losses[t - 1] = trainer.step(t, task.batch(key.split("data"), t, training.get(BATCH), nCtx), Set.of()).loss();
            if (!Double.isFinite(losses[t - 1])) {
                break;
            }
            done.accept(t);
        }
        return this;
    }

    /** Mean losses of each {@code every} steps. */
    double[] smoothed(int every) {
        return IntStream.range(0, losses.length / every).mapToDouble(i -> Arrays.stream(losses, i * every, (i + 1) * every).average().orElseThrow()).toArray();
    }

    /** The last of each {@code every} steps of {@code steps}: where {@link #smoothed} losses are drawn. */
    static double[] marks(int steps, int every) {
        return IntStream.rangeClosed(1, steps / every).mapToDouble(i -> i * every).toArray();
    }

    /** Mean loss of the last {@code steps} steps. */
    double last(int steps) {
        return Arrays.stream(losses, losses.length - steps, losses.length).average().orElseThrow();
    }

    /** Mean loss on text that was kept back, over at most {@code batches} batches of the training's size. */
    double validation(int batches) {
        return validation(batches, training.get(BATCH));
    }

    /** @param rows sequences of a batch */
    double validation(int batches, int rows) {
        int count = Math.min(batches, task.validationBatches(rows, nCtx));
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += trainer.evaluate(task.validationBatch(i, rows, nCtx));
        }
        return sum / count;
    }

    LanguageModel model() {
        return model;
    }

    /** The logits of one sequence, [1 pos d_vocab]. */
    HostArray logits(HostArray tokens) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(model.forward(Pass.evaluation(backend), backend.upload(tokens)));
        }
    }

    /** Puts other values into a cell before training begins. */
    void set(Cell cell, double... values) {
        cell.set(backend.upload(HostArray.of(cell.shape(), DType.F32, values)));
    }

    @Override
    public void close() {
        scope.run();
    }
}
