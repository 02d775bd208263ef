package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.stream.Hooks;
import io.fluxo.stream.Intervention;
import java.util.Arrays;
import java.util.List;

/**
 * What becomes of the prediction when something is taken out of the model.
 *
 * @param changes    as they were written
 * @param divergence KL(before ‖ after) at each position, in nats
 * @param before     the most probable next tokens at the last position
 * @param after      likewise
 */
public record Ablation(List<String> changes, double[] divergence, List<Choice> before, List<Choice> after) {

    private static final int NAMED = 5;

    /** A token and its probability. */
    public record Choice(int id, double probability) {}

    public static Ablation of(Inspected subject, int[] ids, List<String> changes) {
        Recording whole = Recording.of(subject, ids, _ -> false);
        Hooks all = Hooks.all(changes.stream().<Hooks>map(Intervention::parse).toList());
        Recording ablated = Recording.of(subject, ids, _ -> false, all);
        double[] divergence = new double[ids.length];
        for (int i = 0; i < ids.length; i++) {
            divergence[i] = Distributions.divergence(Distributions.logProbabilities(whole.logits()[i]), Distributions.logProbabilities(ablated.logits()[i]));
        }
        return new Ablation(changes, divergence, choices(whole), choices(ablated));
    }

    static List<Choice> choices(Recording run) {
        double[] p = Distributions.logProbabilities(Contrast.last(run));
        return Arrays.stream(Distributions.largest(p, Math.min(NAMED, p.length))).mapToObj(id -> new Choice(id, Math.exp(p[id]))).toList();
    }
}
