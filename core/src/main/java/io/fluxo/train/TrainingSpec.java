package io.fluxo.train;

import io.fluxo.model.ModelSpec.Family;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.PartKey;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a model is trained: {@code spec.get(LR)}, {@code spec.with(LR, 1e-3)}. The keys below are the one place where each is declared. */
public final class TrainingSpec extends Settings<TrainingSpec> {

    /** Which parameters decay. */
    public enum Decay { MATRICES, ALL }

    public static final PartKey OPTIMIZER = PartKey.of(OptimizerKind.KIND, "adam", "the update rule");

    public static final Key<List<Double>> BETAS = Key.of("betas", Type.list(Type.real(Range.SHARE)), List.of(0.9, 0.98),
            "Adam's decay rates of the first and second moment");

    public static final Key<Double> EPSILON = Key.of("epsilon", Type.real(Range.NOT_NEGATIVE), 1e-9, "Adam's addend in the denominator");

    public static final Key<Double> LR = Key.of("lr", Type.real(Range.NOT_NEGATIVE), 5e-3, "the learning rate at its peak");

    public static final Key<Integer> WARMUP = Key.of("warmup", Type.whole(0), 1,
            "steps until the peak: lr_t = lr · min(1, t / warmup), t from 1; 0 and 1 are the same").sameUpTo(1);

    public static final PartKey SCHEDULE = PartKey.of(Schedule.KIND, "constant",
            "what follows the warm-up: constant, or cosine, which falls to 0 at the last step, so that the last step changes no parameter, or to a share of the peak");

    public static final Key<Double> WEIGHT_DECAY = Key.of("weight_decay", Type.real(Range.NOT_NEGATIVE), 0.0,
            "Adam: added to the gradient; AdamW: taken from the weights, decoupled");

    public static final Key<Decay> DECAY = Key.of("decay", Type.label(Decay.class), Decay.MATRICES,
            "which parameters decay: matrices leaves out gains, biases and other vectors");

    public static final Key<Double> CLIP = Key.of("clip", Type.real(Range.NOT_NEGATIVE), 0.0, "largest global gradient norm; 0 for none");

    public static final Key<Integer> BATCH = Key.of("batch", Type.whole(1), 4, "sequences in a step");

    public static final Key<Integer> STEPS = Key.of("steps", Type.whole(1), 500, "optimizer steps");

    public static final Key<Integer> EVAL_EVERY = Key.of("eval_every", Type.whole(0), 0,
            "validation after every so many steps and after the last; 0 for never");

    /** All of them, in the order in which they are written. */
    public static final Keys KEYS = Keys.of(OPTIMIZER, BETAS, EPSILON, LR, WARMUP, SCHEDULE, WEIGHT_DECAY, DECAY, CLIP, BATCH, STEPS, EVAL_EVERY);

    /** The keys that say how gradients are used. */
    private static final List<Key<?>> OF_GRADIENTS = List.of(OPTIMIZER, BETAS, EPSILON, LR, WARMUP, SCHEDULE, WEIGHT_DECAY, DECAY, CLIP);

    /** The training of the study {@code pre-vs-post}. Every key has its standard value. */
    public static final TrainingSpec DEFAULT = new TrainingSpec(Map.of());

    private TrainingSpec(Map<String, Object> set) {
        super(set);
    }

    @Override
    protected TrainingSpec made(Map<String, Object> set) {
        return new TrainingSpec(set);
    }

    @Override
    public Keys keys() {
        return KEYS;
    }

    /** Whether validation follows step {@code t}, counted from 1: every so many steps, and after the last. */
    public boolean validatesAfter(int t) {
        return get(EVAL_EVERY) > 0 && (t % get(EVAL_EVERY) == 0 || t == get(STEPS));
    }

    /**
     * What makes this specification impossible; empty where it can be carried out.
     *
     * @param catalog the optimizers and schedules that there are
     */
    public List<Violation> violations(Catalog catalog) {
        List<Violation> found = new ArrayList<>();
        if (get(BETAS).size() != 2 || !BETAS.violations(get(BETAS)).isEmpty()) {
            found.add(new Violation("betas", "betas must be two numbers, each at least 0 and below 1, not " + get(BETAS)));
        }
        illegal().stream().filter(violation -> !violation.key().equals(BETAS.name())).forEach(found::add);
        KEYS.all().forEach(key -> {
            if (key instanceof PartKey part) {
                found.addAll(catalog.violations(part.name(), part.kind(), get(part)));
            }
        });
        return found;
    }

    /** The keys that this training of a model of {@code family} does not read, each with the reason. */
    public List<Violation> unread(Family family, Catalog catalog) {
        if (family == Family.NGRAM) {
            return OF_GRADIENTS.stream().map(key -> idle(key, "in family ngram, which counts and is not trained by gradients")).toList();
        }
        List<Violation> unread = new ArrayList<>();
        catalog.find(OptimizerKind.KIND, get(OPTIMIZER)).ifPresent(optimizer ->
                optimizer.unread().forEach(key -> unread.add(idle(key, Text.format("with optimizer: %s", get(OPTIMIZER))))));
        if (get(WEIGHT_DECAY) == 0) {
            unread.add(idle(DECAY, "with weight_decay: 0"));
        }
        return unread;
    }

    private static Violation idle(Key<?> key, String otherwise) {
        return new Violation(key.name(), Text.format("%s does nothing %s", key.name(), otherwise));
    }
}
