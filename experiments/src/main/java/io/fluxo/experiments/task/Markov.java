package io.fluxo.experiments.task;

import io.fluxo.random.RandomKey;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Predicting the next symbol of a stationary first-order Markov chain. Row s of its transition matrix is the softmax of normal draws with
 * standard deviation 2, from a key that depends on the number of states alone: every seed and variant learns the same chain, so that its
 * entropy rate, Σ_s π_s H(P_s), is one number for a whole study.
 */
final class Markov implements Task {

    /** The largest chain: its transition matrix stays within 8 MB. */
    private static final int MOST_STATES = 1024;

    static final Key<Integer> STATES = Key.of("states", Type.whole(2, MOST_STATES), 16, "markov: number of symbols");

    /** The next symbol of a first-order Markov chain, whose entropy rate is known. */
    static final class Kind implements TaskKind {
        @Override
        public List<Key<?>> keys() {
            return List.of(STATES);
        }

        @Override
        public boolean showsAnswersLater(TaskSpec spec) {
            return true;
        }

        @Override
        public Task open(TaskSpec spec, boolean holdOut, TaskFiles files) {
            return new Markov(spec.get(STATES));
        }
    }

    private static final double SHARPNESS = 2;
    private static final int VALIDATION_BATCHES = 20;

    private final int states;
    private final double[] stationary;
    private final double[] startCumulative;
    private final double[][] cumulative;
    private final double entropyRate;
    private final RandomKey validationKey;

    Markov(int states) {
        RandomKey key = RandomKey.of(0).split("markov").split(states);
        double[][] transition = new double[states][];
        for (int s = 0; s < states; s++) {
            transition[s] = row(key.split("row").split(s), states);
        }
        this.states = states;
        this.stationary = stationary(transition);
        this.startCumulative = cumulative(stationary);
        this.cumulative = Arrays.stream(transition).map(Markov::cumulative).toArray(double[][]::new);
        this.entropyRate = IntStream.range(0, states).mapToDouble(s -> stationary[s] * Entropy.of(transition[s])).reduce(0, Double::sum);
        this.validationKey = key.split("validation");
    }

    private static double[] row(RandomKey key, int states) {
        double[] row = new double[states];
        double sum = 0;
        for (int t = 0; t < states; t++) {
            row[t] = StrictMath.exp(SHARPNESS * key.normal(t));
            sum += row[t];
        }
        for (int t = 0; t < states; t++) {
            row[t] /= sum;
        }
        return row;
    }

    /** π = πP by iteration: every entry of P is positive, so it converges geometrically. */
    private static double[] stationary(double[][] transition) {
        int states = transition.length;
        double[] current = new double[states];
        Arrays.fill(current, 1.0 / states);
        for (double change = 1; change > 1e-14; ) {
            double[] next = new double[states];
            for (int s = 0; s < states; s++) {
                for (int t = 0; t < states; t++) {
                    next[t] += current[s] * transition[s][t];
                }
            }
            double total = Arrays.stream(next).reduce(0, Double::sum);
            change = 0;
            for (int t = 0; t < states; t++) {
                next[t] /= total;
                change += Math.abs(next[t] - current[t]);
            }
            current = next;
        }
        return current;
    }

    private static double[] cumulative(double[] probabilities) {
        double[] sums = probabilities.clone();
        for (int i = 1; i < sums.length; i++) {
            sums[i] += sums[i - 1];
        }
        return sums;
    }

    @Override
    public int vocabulary() {
        return states;
    }

    @Override
    public List<String> symbols() {
        return IntStream.range(0, states).mapToObj(s -> "s" + s).toList();
    }

    @Override
    public OptionalDouble floor() {
        return OptionalDouble.of(entropyRate);
    }

    @Override
    public OptionalDouble unigramEntropy() {
        return OptionalDouble.of(Entropy.of(stationary));
    }

    @Override
    public String describe() {
        return Text.format("a Markov chain of %d states, entropy rate %.3f nats, unigram entropy %.3f nats",
                states, entropyRate, Entropy.of(stationary));
    }

    @Override
    public void require(int nCtx) {
        // sequences are drawn, of any length
    }

    @Override
    public Examples batch(RandomKey key, long step, int rows, int nCtx) {
        RandomKey draws = key.split(step);
        int window = nCtx + 1;
        int[] ids = new int[rows * window];
        for (int row = 0; row < rows; row++) {
            RandomKey sequence = draws.split(row);
            int state = draw(startCumulative, sequence.uniform(0));
            ids[row * window] = state;
            for (int i = 1; i < window; i++) {
                state = draw(cumulative[state], sequence.uniform(i));
                ids[row * window + i] = state;
            }
        }
        return Examples.successors(ids, rows);
    }

    @Override
    public int validationBatches(int rows, int nCtx) {
        return VALIDATION_BATCHES;
    }

    @Override
    public Examples validationBatch(int index, int rows, int nCtx) {
        return batch(validationKey, index, rows, nCtx);
    }

    /** The first state whose cumulated probability exceeds {@code uniform}; the last one takes what rounding left over. */
    private int draw(double[] sums, double uniform) {
        int low = 0;
        int high = states - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sums[middle] > uniform) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
