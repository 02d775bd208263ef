package io.fluxo.generate;

import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How the next token is chosen from its logits: the token with the largest one (temperature 0), or drawn from softmax(logits / temperature), of the {@code topK} most
 * probable tokens, of which the fewest are kept that together have the probability {@code topP} (Holtzman et al. 2020). Of equal logits the one with the smaller id
 * comes first.
 *
 * @param temperature 0 or more
 * @param topK        at least 1; {@link Integer#MAX_VALUE} for all
 * @param topP        above 0, at most 1
 */
public record Sampler(double temperature, int topK, double topP) {

    /** The most probable token. */
    public static final Sampler GREEDY = new Sampler(0, Integer.MAX_VALUE, 1);

    public Sampler {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(Text.format("the temperature is a number from 0 on, not %s", temperature));
        }
        if (topK < 1) {
            throw new IllegalArgumentException(Text.format("top-k is at least 1, not %d", topK));
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException(Text.format("top-p is above 0 and at most 1, not %s", topP));
        }
    }

    /**
     * The chosen token id.
     *
     * @param logits  one for each token id
     * @param uniform drawn from [0, 1)
     * @throws ArithmeticException where a logit is NaN or +∞: nothing can be said of what is most probable
     */
    public int choose(double[] logits, double uniform) {
        for (int i = 0; i < logits.length; i++) {
            if (Double.isNaN(logits[i]) || logits[i] == Double.POSITIVE_INFINITY) {
                throw new ArithmeticException(Text.format("the logit of token %d is %s", i, logits[i]));
            }
        }
        return temperature == 0 ? largest(logits) : drawn(logits, uniform);
    }

    private static int largest(double[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private int drawn(double[] logits, double uniform) {
        double top = logits[largest(logits)];
        double[] weights = Arrays.stream(logits).map(logit -> Math.exp((logit - top) / temperature)).toArray();
        int[] ids = restricts() ? IntStream.range(0, logits.length).boxed().sorted(Comparator.comparingDouble(i -> -logits[i])).limit(topK).mapToInt(i -> i).toArray()
                : IntStream.range(0, logits.length).toArray();
        double all = total(weights, ids, ids.length);
        int kept = ids.length;
        double sum = 0;
        for (int i = 0; i < ids.length && topP < 1; i++) {
            sum += weights[ids[i]];
            if (sum >= topP * all) {
                kept = i + 1;
                break;
            }
        }
        double left = uniform * total(weights, ids, kept);
        for (int i = 0; i < kept - 1; i++) {
            left -= weights[ids[i]];
            if (left < 0) {
                return ids[i];
            }
        }
        return ids[kept - 1];
    }

    private boolean restricts() {
        return topP < 1 || topK < Integer.MAX_VALUE;
    }

    private static double total(double[] weights, int[] ids, int count) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[ids[i]];
        }
        return total;
    }
}
