package io.fluxo.experiments.task;

import io.fluxo.model.Violation;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model learns.
 *
 * @param kind   the kind of task
 * @param corpus char_lm: {@code wordnet} (the glosses of WordNet 3.1), or the path of a UTF-8 text file
 * @param states markov: number of symbols
 */
public record TaskSpec(Kind kind, String corpus, int states) {

    public enum Kind {
        /** The next character of a text. */
        CHAR_LM,
        /** The next symbol of a first-order Markov chain, whose entropy rate is known. */
        MARKOV
    }

    /** The largest Markov chain: its transition matrix stays within 8 MB. */
    public static final int MAX_STATES = 1024;

    public static final TaskSpec DEFAULT = new TaskSpec(Kind.CHAR_LM, WordNet.NAME, 16);

    public TaskSpec withCorpus(String name) {
        return new TaskSpec(kind, name, states);
    }

    /** What makes this specification impossible; empty where it can be carried out. */
    public List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        if (corpus.isBlank()) {
            found.add(new Violation("corpus", "corpus must be '%s' or the path of a UTF-8 text file".formatted(WordNet.NAME)));
        }
        if (states < 2 || states > MAX_STATES) {
            found.add(new Violation("states", "states must be at least 2 and at most %d, not %d".formatted(MAX_STATES, states)));
        }
        return found;
    }
}
