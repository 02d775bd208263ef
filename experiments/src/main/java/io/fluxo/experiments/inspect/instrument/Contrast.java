package io.fluxo.experiments.inspect.instrument;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.text.Text;

/**
 * Two prompts of one length that differ in what matters, and the metric by which the model tells them apart: logit(answer) − logit(foil) at the last position.
 *
 * @param clean     token ids
 * @param corrupted token ids, as many
 * @param answer    what the model predicts after {@code clean}
 * @param foil      what it predicts after {@code corrupted}, or else its second choice after {@code clean}
 */
public record Contrast(int[] clean, int[] corrupted, int answer, int foil) {

    public Contrast {
        if (clean.length != corrupted.length) {
            throw new IllegalArgumentException(Text.format("patching puts values of one prompt in the place of another's: both need as many tokens, but there are %d and %d",
                    clean.length, corrupted.length));
        }
    }

    /** The model's own answer and foil. */
    public static Contrast of(Inspected subject, int[] clean, int[] corrupted) {
        double[] here = last(Recording.of(subject, clean, _ -> false));
        double[] there = last(Recording.of(subject, corrupted, _ -> false));
        int[] choices = Distributions.largest(here, 2);
        int other = Distributions.largest(there, 1)[0];
        return new Contrast(clean, corrupted, choices[0], other == choices[0] ? choices[1] : other);
    }

    static double[] last(Recording run) {
        return run.logits()[run.logits().length - 1];
    }

    double metric(Recording run) {
        double[] logits = last(run);
        return logits[answer] - logits[foil];
    }
}
