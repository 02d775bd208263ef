package io.fluxo.train;

import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a model is trained.
 *
 * @param optimizer   the update rule
 * @param betas       Adam's decay rates of the first and second moment
 * @param epsilon     Adam's addend in the denominator
 * @param lr          the learning rate at its peak
 * @param warmup      steps until the peak: lr_t = lr · min(1, t / warmup), t from 1; 0 and 1 are the same
 * @param schedule    what follows the warm-up
 * @param weightDecay Adam: added to the gradient; AdamW: taken from the weights, decoupled
 * @param decay       which parameters decay: {@code matrices} leaves out gains, biases and other vectors
 * @param clip        largest global gradient norm; 0 for none
 * @param batch       sequences in a step
 * @param steps       optimizer steps
 * @param evalEvery   validation after every so many steps and after the last; 0 for never
 */
public record TrainingSpec(Optimizer optimizer, List<Double> betas, double epsilon, double lr, int warmup, Schedule schedule, double weightDecay,
                           Decay decay, double clip, int batch, int steps, int evalEvery) {

    public enum Optimizer { SGD, ADAM, ADAMW }

    public enum Schedule { CONSTANT, COSINE }

    public enum Decay { MATRICES, ALL }

    /** What says how gradients are used. */
    private static final List<String> GRADIENT_KEYS = List.of("optimizer", "betas", "epsilon", "lr", "warmup", "schedule", "weight_decay", "decay", "clip");

    /** The training of the study {@code pre-vs-post}. */
    public static final TrainingSpec DEFAULT = new TrainingSpec(Optimizer.ADAM, List.of(0.9, 0.98), 1e-9, 5e-3, 1, Schedule.CONSTANT, 0,
            Decay.MATRICES, 0, 4, 500, 0);

    public TrainingSpec {
        betas = List.copyOf(betas);
    }

    /**
     * The learning rate of step {@code t}, counted from 1. Cosine falls from {@code lr} at the end of the warm-up to 0 at the last step: that
     * step changes no parameter.
     */
    public double learningRate(int t) {
        double rise = warmup <= 1 ? 1 : Math.min(1, (double) t / warmup);
        return lr * rise * switch (schedule) {
            case CONSTANT -> 1.0;
            case COSINE -> t <= warmup || steps <= warmup
                    ? 1.0
                    : 0.5 * (1 + StrictMath.cos(Math.PI * (double) (t - warmup) / (steps - warmup)));
        };
    }

    /** Whether validation follows step {@code t}, counted from 1: every so many steps, and after the last. */
    public boolean validatesAfter(int t) {
        return evalEvery > 0 && (t % evalEvery == 0 || t == steps);
    }

    /** Whether the first {@code count} steps have the same learning rates under {@code other}, to the last bit. */
    public boolean ratesAgree(TrainingSpec other, int count) {
        return IntStream.rangeClosed(1, count).allMatch(t -> learningRate(t) == other.learningRate(t));
    }

    /** This training with another number of steps. */
    public TrainingSpec withSteps(int count) {
        return new TrainingSpec(optimizer, betas, epsilon, lr, warmup, schedule, weightDecay, decay, clip, batch, count, evalEvery);
    }

    /** What makes this specification impossible; empty where it can be carried out. */
    public List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        if (betas.size() != 2 || betas.stream().anyMatch(beta -> !(beta >= 0 && beta < 1))) {
            found.add(new Violation("betas", "betas must be two numbers, each at least 0 and below 1, not " + betas));
        }
        notNegative(found, "epsilon", epsilon);
        notNegative(found, "lr", lr);
        notNegative(found, "weight_decay", weightDecay);
        notNegative(found, "clip", clip);
        atLeast(found, "warmup", warmup, 0);
        atLeast(found, "batch", batch, 1);
        atLeast(found, "steps", steps, 1);
        atLeast(found, "eval_every", evalEvery, 0);
        return found;
    }

    /** The keys that this training of a model of {@code family} does not read, each with the reason. */
    public List<Violation> unread(Family family) {
        List<Violation> unread = new ArrayList<>();
        if (family == Family.NGRAM) {
            for (String key : GRADIENT_KEYS) {
                unread.add(new Violation(key, key + " does nothing in family ngram, which counts and is not trained by gradients"));
            }
            return unread;
        }
        if (optimizer == Optimizer.SGD) {
            unread.add(new Violation("betas", "betas does nothing with optimizer: sgd"));
            unread.add(new Violation("epsilon", "epsilon does nothing with optimizer: sgd"));
        }
        if (weightDecay == 0) {
            unread.add(new Violation("decay", "decay does nothing with weight_decay: 0"));
        }
        return unread;
    }

    private static void notNegative(List<Violation> found, String key, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            found.add(new Violation(key, Text.format("%s must be a finite number ≥ 0, not %s", key, value)));
        }
    }

    private static void atLeast(List<Violation> found, String key, int value, int least) {
        if (value < least) {
            found.add(new Violation(key, Text.format("%s must be at least %d, not %d", key, least, value)));
        }
    }
}
