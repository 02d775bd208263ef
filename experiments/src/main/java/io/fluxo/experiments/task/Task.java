package io.fluxo.experiments.task;

import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.OptionalDouble;

/** A source of token sequences. Immutable, and safe to use from several threads. */
public interface Task {

    /** Number of token ids. */
    int vocabulary();

    /** What each id stands for, in the order of the ids. */
    List<String> symbols();

    /** Whether each id stands for one character of text. */
    default boolean readsCharacters() {
        return false;
    }

    /** The least loss any model can reach, in nats per token, where it is known. */
    OptionalDouble floor();

    /** The loss of a model that knows only how frequent each token is, in nats per token: a plateau that badly trained models fall onto. */
    OptionalDouble unigramEntropy();

    /** One line for people: what it is, how large, how many symbols. */
    String describe();

    /**
     * Refuses a context that this task cannot fill, or that cannot hold it.
     *
     * @param nCtx tokens of one sequence, at most
     * @throws io.fluxo.experiments.BadInput that says how much there is and how much is needed
     */
    void require(int nCtx);

    /** Training examples of at most {@code nCtx} positions: a pure function of the arguments. {@code step} counts from 1. */
    Examples batch(RandomKey key, long step, int rows, int nCtx);

    /** Number of distinct validation batches of this size; the same for every variant and seed. */
    int validationBatches(int rows, int nCtx);

    /** Validation batch {@code index}, from 0: text that no training batch contains, or fresh draws. */
    Examples validationBatch(int index, int rows, int nCtx);

    /** What a trained model is examined in, the same for every variant and seed; nothing where the loss says all. */
    default Exam exam(int nCtx) {
        return Exam.NONE;
    }
}
