package io.fluxo.experiments.compare;

import io.fluxo.setting.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@code compare} compares. */
public enum Part {
    /** Every operation, forward and gradient. */
    OPS,
    /** A block of each placement, hook by hook and operation by operation, and its gradients. */
    BLOCKS,
    /** A post-norm and a pre-norm model, likewise. */
    MODEL,
    /** What needs no reference, and the order of sums. */
    INVARIANTS,
    /** How fast two backends part, over the layers of a deep model and over the steps of a training. */
    DRIFT,
    /** How fast operations and training steps are, beside the machine's peak. */
    SPEED;

    /** The part that is typed so; empty where there is none. */
    public static Optional<Part> named(String label) {
        return Arrays.stream(values()).filter(part -> part.label().equals(label)).findFirst();
    }

    public static List<String> labels() {
        return Values.labels(Part.class);
    }

    /** As it is typed. */
    public String label() {
        return Values.label(this);
    }
}
