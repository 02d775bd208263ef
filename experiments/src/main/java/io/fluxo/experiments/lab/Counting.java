package io.fluxo.experiments.lab;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.task.Exam;
import io.fluxo.experiments.task.Task;
import io.fluxo.ngram.NGram;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Answering.Answer;
import io.fluxo.train.Examples;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The trial of an n-gram, on the same examples as any other model: at each step it predicts what it is shown, and then counts it. It needs no
 * backend and leaves no model directory: what it knows is counts, made again in seconds.
 */
final class Counting {

    private final Trial trial;
    private final Task task;
    private final TrialListener listener;
    private final NGram model;

    Counting(Trial trial, Task task, TrialListener listener) {
        this.trial = trial;
        this.task = task;
        this.listener = listener;
        this.model = new NGram(trial.model().get(NGRAM_ORDER), trial.model().get(D_VOCAB));
    }

    TrialOutcome run() {
        RandomKey data = RandomKey.of(trial.seed()).split("data");
        int rows = trial.training().get(BATCH);
        int nCtx = trial.model().get(N_CTX);
        for (int t = 1; t <= trial.training().get(STEPS); t++) {
            if (listener.cancelled()) {
                return new TrialOutcome(TrialOutcome.Ending.CANCELLED, 0);
            }
            Examples examples = task.batch(data, t, rows, nCtx);
            double loss = loss(examples);
            model.learn(examples);
            listener.step(new StepMetrics(t, loss, 0, Map.of(), validation(t, rows, nCtx)));
        }
        Examination.hold(Exam.of(task, nCtx), this::answer, listener);
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, model.counts());
    }

    private OptionalDouble validation(int t, int rows, int nCtx) {
        if (!trial.training().validatesAfter(t)) {
            return OptionalDouble.empty();
        }
        int batches = Math.min(Training.VALIDATION_BATCHES, task.validationBatches(rows, nCtx));
        double sum = 0;
        for (int i = 0; i < batches; i++) {
            sum += loss(task.validationBatch(i, rows, nCtx));
        }
        return OptionalDouble.of(sum / batches);
    }

    private double loss(Examples examples) {
        double sum = 0;
        for (int at = 0; at < examples.targets().length; at++) {
            int target = examples.targets()[at];
            if (target != Examples.NOTHING) {
                sum -= StrictMath.log(model.probability(examples, at, target));
            }
        }
        return sum / examples.asked();
    }

    private Answer answer(Examples examples) {
        double[] losses = new double[examples.targets().length];
        int[] likeliest = new int[losses.length];
        for (int at = 0; at < losses.length; at++) {
            int target = examples.targets()[at];
            if (target != Examples.NOTHING) {
                double[] probabilities = model.probabilities(examples, at);
                losses[at] = -StrictMath.log(probabilities[target]);
                for (int id = 1; id < probabilities.length; id++) {
                    likeliest[at] = probabilities[id] > probabilities[likeliest[at]] ? id : likeliest[at];
                }
            }
        }
        return new Answer(losses, likeliest);
    }
}
