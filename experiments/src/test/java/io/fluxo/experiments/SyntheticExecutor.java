package io.fluxo.experiments;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.task.Task;
import io.fluxo.random.RandomKey;
import io.fluxo.train.LearningRate;
import io.fluxo.train.Measures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Trains nothing: losses and measurements that look like the study {@code pre-vs-post} came out on WordNet, a pure function of the trial. Post-norm
 * without warm-up ends at {@code plateau}, everything else well below. A learning rate above 1 diverges at step 5; a width of 7 fails.
 */
public final class SyntheticExecutor implements TrialExecutor {

    private final double plateau;

    public SyntheticExecutor(double plateau) {
        this.plateau = plateau;
    }

    @Override
    public TrialOutcome execute(Trial trial, Task task, Path modelDirectory, TrialListener listener) throws IOException {
        if (trial.model().get(D_MODEL) == 7) {
            throw new IllegalStateException("7 is no width");
        }
        RandomKey key = RandomKey.of(trial.seed()).split(trial.variant());
        boolean post = trial.model().get(PLACEMENT).standard().is("post");
        boolean stuck = post && trial.training().get(WARMUP) <= 1;
        double floor = (stuck ? plateau : post ? 2.68 : 2.58) + 0.02 * key.normal(0);
        double speed = stuck ? 12 : 0.06 * trial.training().get(STEPS) * (post ? 1.5 : 1);
        listener.proved("Every block maps [batch, pos, d_model] to [batch, pos, d_model], for all sizes.");
        listener.labels(Measures.UPDATE_RATIO.label(), IntStream.range(0, trial.model().get(N_LAYERS)).boxed()
                .flatMap(layer -> List.of("W_Q", "W_K", "W_V", "W_O", "W_in", "W_out").stream().map(name -> "blocks." + layer + "." + name)).toList());
        for (int step = 1; step <= trial.training().get(STEPS); step++) {
            if (listener.cancelled()) {
                return new TrialOutcome(TrialOutcome.Ending.CANCELLED, 0);
            }
            double noise = 0.09 * key.split("loss").normal(step);
            double loss = floor + (StrictMath.log(task.vocabulary()) + 0.6 - floor) * StrictMath.exp(-step / speed) + noise;
            if (trial.training().get(LR) > 1 && step >= 5) {
                listener.step(new StepMetrics(step, Double.NaN, LearningRate.of(trial.training(), Fixtures.ALL).at(step)));
                return new TrialOutcome(TrialOutcome.Ending.DIVERGED, 79_000);
            }
            boolean validates = trial.training().validatesAfter(step);
            listener.step(new StepMetrics(step, loss, LearningRate.of(trial.training(), Fixtures.ALL).at(step),
                    trial.measuredAt(step) ? measurements(trial, key.split("measure").split(step), step, post) : Map.of(),
                    validates ? OptionalDouble.of(loss + 0.05) : OptionalDouble.empty()));
        }
        Files.writeString(modelDirectory.resolve("config.json"), "{\"model_type\": \"fluxo\"}\n");
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, 79_000L + trial.model().get(D_MODEL));
    }

    private static Map<String, double[]> measurements(Trial trial, RandomKey key, int step, boolean post) {
        int layers = trial.model().get(N_LAYERS);
        Map<String, double[]> measured = new LinkedHashMap<>();
        for (String measure : trial.measures()) {
            int entries = measure.equals(Measures.UPDATE_RATIO.label()) ? 6 * layers : measure.equals(Measures.PARAM_GRAD_NORM_BY_LAYER.label()) ? layers : layers + 1;
            double[] row = new double[entries];
            for (int i = 0; i < entries; i++) {
                double wobble = StrictMath.exp(0.12 * key.split(measure.toUpperCase(Locale.ROOT)).normal(i));
                row[i] = wobble * switch (measure) {
                    case "param_grad_norm_by_layer", "stream_grad_norm_by_layer" -> post ? 0.02 * StrictMath.exp(0.55 * i) : 0.4 / StrictMath.sqrt(i + 1);
                    case "stream_norm_by_layer" -> post ? 5.6 : 3 * StrictMath.sqrt(1 + i + step / 100.0);
                    case "update_ratio" -> 3e-3;
                    case "token_similarity" -> Math.min(0.8, 0.05 + (post ? 0.11 : 0.03) * i);
                    default -> throw new IllegalArgumentException(measure);
                };
            }
            measured.put(measure, row);
        }
        return measured;
    }
}
