package io.fluxo.experiments.task;

import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.OptionalDouble;

/** A source of token sequences. Immutable, and safe to use from several threads. */
public interface Task {

    /** Number of token ids. */
    int vocabulary();

    /** What each id stands for, in the order of the ids. */
    List<String> symbols();

    /** The least loss any model can reach, in nats per token, where it is known. */
    OptionalDouble floor();

    /** The loss of a model that knows only how frequent each token is, in nats per token: a plateau that badly trained models fall onto. */
    OptionalDouble unigramEntropy();

    /** One line for people: what it is, how large, how many symbols. */
    String describe();

    /**
     * Refuses windows that this task cannot fill.
     *
     * @param window tokens of one sequence, n_ctx + 1
     * @throws io.fluxo.experiments.BadInput that says how much there is and how much is needed
     */
    void require(int window);

    /**
     * Training sequences: a pure function of its arguments.
     *
     * @return {@code batch} × {@code window} ids, row-major
     */
    int[] batch(RandomKey key, long step, int batch, int window);

    /** Number of distinct validation batches of this size; the same for every variant and seed. */
    int validationBatches(int batch, int window);

    /** Validation batch {@code index}, from 0: ids that no training batch contains (char_lm) or fresh draws (markov). */
    int[] validationBatch(int index, int batch, int window);
}
