package io.fluxo.experiments.lab;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.backend.Backend;
import io.fluxo.checkpoint.CharacterTokenizer;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.BrokenPlugin;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome.Ending;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.task.Exam;
import io.fluxo.experiments.task.Task;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.proof.DimensionProof;
import io.fluxo.proof.ProvedProgram;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.train.Answering;
import io.fluxo.train.LearningRate;
import io.fluxo.train.Measure;
import io.fluxo.train.Trainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Carries out a trial: proves that its model preserves d, trains it on a backend of its own, writes it.
 *
 * @param backends    opens a backend; each trial closes its own
 * @param checkpoints time between two checkpoints
 * @param blame       says whose part a trial broke on
 */
record Training(Supplier<Backend> backends, DType dtype, Catalog catalog, Duration checkpoints, Blame blame) implements TrialExecutor {

    /** Validation batches that are averaged, at most. */
    static final int VALIDATION_BATCHES = 32;

    @Override
    public TrialOutcome execute(Trial trial, Task task, Path modelDirectory, TrialListener listener) throws Exception {
        try {
            return train(trial, task, modelDirectory, listener);
        } catch (RuntimeException | Error failed) {
            Optional<BrokenPlugin> plugin = blame.plugin(failed);
            if (plugin.isPresent()) {
                throw plugin.get();
            }
            throw failed;
        }
    }

    private TrialOutcome train(Trial trial, Task task, Path modelDirectory, TrialListener listener) throws Exception {
        if (trial.model().get(FAMILY) == ModelSpec.Family.NGRAM) {
            return new Counting(trial, task, listener).run();
        }
        try (Backend backend = backends.get()) {
            LanguageModel model = ModelBuilder.build(trial.model(), catalog);
            RandomKey key = RandomKey.of(trial.seed());
            model.initialize(backend, dtype, key.split("init"));
            if (!trial.model().get(INIT_FROM).isEmpty()) {
                ModelDirectory.fill(Path.of(trial.model().get(INIT_FROM)), model, catalog, backend, dtype);
            }
            Set<Measure> measures = trial.measures().stream().flatMap(label -> catalog.find(Measure.KIND, label).stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            measures.stream().filter(measure -> !measure.labels(model).isEmpty()).forEach(measure -> listener.labels(measure.label(), measure.labels(model)));
            ProvedProgram program = new ProvedProgram(trial.model(), catalog);
            if (model instanceof Transformer transformer) {
                program.over(transformer);
            }
            Trainer trainer = new Trainer(backend, model, trial.training(), catalog, key.split("dropout"));
            Ending ending = steps(trial, task, trainer, program, measures, key.split("data"), listener);
            if (ending == Ending.FINISHED) {
                Examination.hold(Exam.of(task, trial.model().get(N_CTX)), new Answering(backend, model)::to, listener);
                Optional<CharacterTokenizer> tokenizer = task.readsCharacters() ? Optional.of(new CharacterTokenizer(task.symbols())) : Optional.empty();
                ModelDirectory.write(modelDirectory, trial.model(), model, tokenizer, backend);
            }
            if (ending != Ending.CANCELLED && trial.model().get(FAMILY) == ModelSpec.Family.TRANSFORMER) {
                tellProof(trial, program, listener);
            }
            if (ending == Ending.FINISHED) {                    // after the proof was told: instruments look into attention, by another program than the trained one
                Readings.take(trial, task, catalog, backend, model, listener);
            }
            return new TrialOutcome(ending, model.parameterCount());
        }
    }

    private void tellProof(Trial trial, ProvedProgram program, TrialListener listener) {
        Optional<String> difference = program.difference();
        if (difference.isPresent()) {
            listener.notProved("d preserved: not proved of what was trained, which was another program than the proved one: " + difference.get());
            return;
        }
        DimensionProof proof = DimensionProof.of(trial.model(), catalog);
        if (proof.proved()) {
            listener.proved(proof.sentence());
        } else {
            listener.notProved(proof.sentence());
        }
    }

    private Ending steps(Trial trial, Task task, Trainer trainer, ProvedProgram program, Set<Measure> measures, RandomKey data, TrialListener listener) {
        Checkpoint checkpoint = new Checkpoint(trial, catalog, program, listener, checkpoints);
        int done = checkpoint.restore(trainer);
        int batch = trial.training().get(BATCH);
        int nCtx = trial.model().get(N_CTX);
        LearningRate rate = LearningRate.of(trial.training(), catalog);
        for (int t = done + 1; t <= trial.training().get(STEPS); t++) {
            if (listener.cancelled()) {
                checkpoint.leave(t - 1, trainer);
                return Ending.CANCELLED;
            }
            Trainer.StepResult step = trainer.step(t, task.batch(data, t, batch, nCtx), trial.measuredAt(t) ? measures : Set.of());
            Map<String, double[]> measured = new LinkedHashMap<>();
            step.measured().forEach((measure, figures) -> measured.put(measure.label(), figures));
            listener.step(new StepMetrics(t, step.loss(), rate.at(t), measured, validation(t, trial, task, trainer)));
            if (!Double.isFinite(step.loss())) {
                return Ending.DIVERGED;
            }
            checkpoint.after(t, trainer);
        }
        return Ending.FINISHED;
    }

    private static OptionalDouble validation(int t, Trial trial, Task task, Trainer trainer) {
        if (!trial.training().validatesAfter(t)) {
            return OptionalDouble.empty();
        }
        int batch = trial.training().get(BATCH);
        int nCtx = trial.model().get(N_CTX);
        int batches = Math.min(VALIDATION_BATCHES, task.validationBatches(batch, nCtx));
        double sum = 0;
        for (int i = 0; i < batches; i++) {
            sum += trainer.evaluate(task.validationBatch(i, batch, nCtx));
        }
        return OptionalDouble.of(sum / batches);
    }
}
