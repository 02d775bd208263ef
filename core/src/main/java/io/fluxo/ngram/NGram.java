package io.fluxo.ngram;

import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * An n-gram model: how often each token followed the last n − 1, interpolated with the same for n − 2 and so on, by Witten and Bell's method C
 * (Witten and Bell 1991; interpolated as in Chen and Goodman 1998, section 2.4). With c(h, w) the times w followed h, c(h) their sum and T(h)
 * the number of different tokens that did,
 * <pre>
 * p(w | h) = (c(h, w) + T(h) · p(w | h without its first token)) / (c(h) + T(h)),
 * </pre>
 * and below the empty context every token is as likely. What stands at a position is one symbol, whatever channels it has. It is not trained by
 * gradients: it counts what it is shown, and only where something is asked.
 */
public final class NGram {

    private final int order;
    private final int vocabulary;
    private final Context root = new Context();

    /**
     * @param order      n, the longest run of tokens that is counted, the predicted one included
     * @param vocabulary number of token ids
     */
    public NGram(int order, int vocabulary) {
        if (order < 1 || vocabulary < 1) {
            throw new IllegalArgumentException(Text.format("an n-gram of order %d over %d ids", order, vocabulary));
        }
        this.order = order;
        this.vocabulary = vocabulary;
    }

    /** What followed a run of tokens, and the runs that are longer by one token before it. */
    private static final class Context {

        private final Map<Integer, Integer> counts = new HashMap<>();
        private final Map<Long, Context> longer = new HashMap<>();
        private int total;

        void count(int token) {
            counts.merge(token, 1, Integer::sum);
            total++;
        }

        /** (c(h, w) + T(h) · shorter) / (c(h) + T(h)); what the shorter context says where nothing was counted. */
        double share(int count, double shorter) {
            return total == 0 ? shorter : (count + counts.size() * shorter) / (total + counts.size());
        }

        long size() {
            return counts.size() + longer.values().stream().mapToLong(Context::size).sum();
        }
    }

    /** How many different runs of tokens were counted: what takes the place of a number of parameters. */
    public long counts() {
        return root.size();
    }

    /** Counts what {@code examples} ask for. */
    public void learn(Examples examples) {
        for (int at = 0; at < examples.targets().length; at++) {
            if (examples.targets()[at] == Examples.NOTHING) {
                continue;
            }
            Context context = root;
            context.count(examples.targets()[at]);
            for (int back = 0; back < reach(examples, at); back++) {
                context = context.longer.computeIfAbsent(symbol(examples, at - back), key -> new Context());
                context.count(examples.targets()[at]);
            }
        }
    }

    /** The probability of every token as the answer at {@code at}, a position of {@link Examples#targets}. */
    public double[] probabilities(Examples examples, int at) {
        double[] probabilities = new double[vocabulary];
        Arrays.fill(probabilities, 1.0 / vocabulary);
        Context context = root;
        for (int back = 0; context != null; back++) {
            interpolate(context, probabilities);
            context = longer(context, examples, at, back);
        }
        return probabilities;
    }

    /** The probability of {@code token} alone. */
    public double probability(Examples examples, int at, int token) {
        double probability = 1.0 / vocabulary;
        Context context = root;
        for (int back = 0; context != null; back++) {
            probability = context.share(context.counts.getOrDefault(token, 0), probability);
            context = longer(context, examples, at, back);
        }
        return probability;
    }

    /** The context that reaches one token further back; null where it was never seen, or is longer than is counted. */
    private Context longer(Context context, Examples examples, int at, int back) {
        return back < reach(examples, at) ? context.longer.get(symbol(examples, at - back)) : null;
    }

    /** From p(· | shorter context) to p(· | context), in place. */
    private static void interpolate(Context context, double[] probabilities) {
        for (int token = 0; token < probabilities.length; token++) {
            probabilities[token] = context.share(context.counts.getOrDefault(token, 0), probabilities[token]);
        }
    }

    /** How many tokens of the sequence can be looked back on from {@code at}, itself included. */
    private int reach(Examples examples, int at) {
        return Math.min(order - 1, at % examples.length() + 1);
    }

    /** Everything that stands at a position, as one number. */
    private long symbol(Examples examples, int at) {
        long symbol = 0;
        for (int channel = 0; channel < examples.channels(); channel++) {
            symbol = symbol * vocabulary + examples.tokens()[at * examples.channels() + channel];
        }
        return symbol;
    }
}
