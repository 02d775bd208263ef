package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trial is the training that its seed stands for, step by step: the same steps taken here by hand have the same losses. */
class TrialTrainedTest {

    private static final int BATCH = 2;
    private static final int N_CTX = 8;

    @TempDir
    private Path folder;

    @Test
    void itsStepsAreThoseOfItsSeedAndItsValidationIsTheMeanOfAllBatches() throws Exception {
        List<PreparedTrial> trials = Trials.prepare(Trials.of(Fixtures.study("""
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 8, d_mlp: 8, n_ctx: 8, dropout: 0.2}
                training: {steps: 7, batch: 2, eval_every: 3, lr: 0.02, warmup: 4}
                seeds: 2
                """), 41), new Tasks(Fixtures.ALL), Locations.of("test"));
        assertThat(trials).extracting(prepared -> prepared.trial().seed()).containsExactly(41L, 42L);
        for (PreparedTrial prepared : trials) {
            Told told = new Told();
            Laboratory.open(Optional.empty()).open(new BackendChoice("ejml", Optional.of("f64"), 0, 1)).executor(Duration.ofDays(1))
                    .execute(prepared.trial(), prepared.task(), folder, told);
            assertThat(told.steps).hasSize(7);
            byHand(prepared, told.steps);
        }
    }

    private static void byHand(PreparedTrial prepared, List<StepMetrics> steps) {
        RandomKey key = RandomKey.of(prepared.trial().seed());
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(prepared.trial().model(), Fixtures.ALL);
            model.initialize(backend, DType.F64, key.split("init"));
            Trainer trainer = new Trainer(backend, model, prepared.trial().training(), Fixtures.ALL, key.split("dropout"));
            for (int t = 1; t <= 7; t++) {
                StepMetrics told = steps.get(t - 1);
                assertThat(told.step()).isEqualTo(t);
                assertThat(told.loss()).as("loss of step %d", t).isEqualTo(trainer.step(t, prepared.task().batch(key.split("data"), t, BATCH, N_CTX), Set.of()).loss());
                assertThat(told.learningRate()).as("rate of step %d", t).isCloseTo(0.02 * Math.min(t, 4) / 4, within(1e-15));
                if (t == 3 || t == 6 || t == 7) {
                    double sum = 0;
                    for (int i = 0; i < 20; i++) {
                        sum += trainer.evaluate(prepared.task().validationBatch(i, BATCH, N_CTX));
                    }
                    assertThat(told.validationLoss().orElseThrow()).as("validation after step %d", t).isCloseTo(sum / 20, within(1e-12));
                } else {
                    assertThat(told.validationLoss()).isEqualTo(OptionalDouble.empty());
                }
            }
        }
    }
}
