package io.fluxo.experiments.task;

import io.fluxo.model.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model learns. Each kind reads keys of its own, {@link Kind#keys}.
 *
 * @param kind     the kind of task
 * @param corpus   char_lm: {@code wordnet} (the glosses of WordNet 3.1), or the path of a UTF-8 text file
 * @param file     tokens: the path of a file of whitespace-separated ids
 * @param states   markov: number of symbols
 * @param pairs    recall: how many pairs a sequence may hold, each as likely
 * @param keys     recall: number of keys
 * @param values   recall: number of values
 * @param distance recall: positions of filler between pairs and questions
 * @param symbols  induction, sort, copy: number of symbols
 * @param items    induction: the longest period; sort, copy: symbols of a sequence
 */
public record TaskSpec(Kind kind, String corpus, String file, int states, List<Integer> pairs, int keys, int values, int distance, int symbols,
                       int items) {

    public enum Kind {
        /** The next character of a text. */
        CHAR_LM("corpus"),
        /** The next id of a file of ids, in order. */
        TOKENS("file"),
        /** The next symbol of a first-order Markov chain, whose entropy rate is known. */
        MARKOV("states"),
        /** The value that came with a key. */
        RECALL("pairs", "keys", "values", "distance"),
        /** The next symbol of a repeated random sequence. */
        INDUCTION("symbols", "items"),
        /** Random symbols in order. */
        SORT("symbols", "items"),
        /** Random symbols again. */
        COPY("symbols", "items");

        private final Set<String> keys;

        Kind(String... keys) {
            this.keys = Set.of(keys);
        }

        /** The keys, besides {@code kind}, that mean something to this kind. */
        public Set<String> keys() {
            return keys;
        }
    }

    private static final List<String> ALL_KEYS =
            Arrays.stream(Kind.values()).flatMap(kind -> kind.keys().stream()).distinct().sorted().toList();
    /** The corpus that comes with Fluxo; any other is a file. */
    public static final String WORDNET = WordNet.NAME;

    /** The largest Markov chain: its transition matrix stays within 8 MB. */
    public static final int MAX_STATES = 1024;

    /** Most keys, values, symbols, filler positions. */
    public static final int MAX_SYMBOLS = 1 << 16;

    public static final TaskSpec DEFAULT = new TaskSpec(Kind.CHAR_LM, WordNet.NAME, "", 16, List.of(1, 2, 4, 8, 16, 32), 64, 64, 0, 64, 16);

    public TaskSpec {
        pairs = List.copyOf(pairs);
    }

    public TaskSpec withKind(Kind other) {
        return new TaskSpec(other, corpus, file, states, pairs, keys, values, distance, symbols, items);
    }

    public TaskSpec withCorpus(String name) {
        return new TaskSpec(kind, name, file, states, pairs, keys, values, distance, symbols, items);
    }

    public TaskSpec withFile(String name) {
        return new TaskSpec(kind, corpus, name, states, pairs, keys, values, distance, symbols, items);
    }

    public TaskSpec withStates(int count) {
        return new TaskSpec(kind, corpus, file, count, pairs, keys, values, distance, symbols, items);
    }

    public TaskSpec withPairs(List<Integer> loads, int between) {
        return new TaskSpec(kind, corpus, file, states, loads, keys, values, between, symbols, items);
    }

    public TaskSpec withItems(int ofSymbols, int count) {
        return new TaskSpec(kind, corpus, file, states, pairs, keys, values, distance, ofSymbols, count);
    }

    /** The keys that the kind does not read, each with the reason. */
    public List<Violation> unread() {
        String why = Text.format("the kind %s does not read it (legal: %s)", kind.name().toLowerCase(Locale.ROOT),
                String.join(", ", new TreeSet<>(kind.keys())));
        return ALL_KEYS.stream().filter(key -> !kind.keys().contains(key)).map(key -> new Violation(key, why)).toList();
    }

    /**
     * Whether some position that is asked for an answer is followed by that answer among what is shown: a model that sees later positions would
     * copy it. Recall hides the values where it asks for them.
     */
    public boolean showsAnswersLater() {
        return switch (kind) {
            case CHAR_LM, TOKENS, MARKOV, INDUCTION -> true;
            case SORT, COPY -> items > 1; // the last answer is asked for and never shown
            case RECALL -> false;
        };
    }

    /** The file it learns from; empty where it needs none. */
    public Optional<String> path() {
        return switch (kind) {
            case CHAR_LM -> Optional.of(corpus).filter(name -> !name.equals(WORDNET));
            case TOKENS -> Optional.of(file);
            case MARKOV, RECALL, INDUCTION, SORT, COPY -> Optional.empty();
        };
    }

    /** What makes this specification impossible; empty where it can be carried out. */
    public List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        switch (kind) {
            case CHAR_LM -> {
                if (corpus.isBlank()) {
                    found.add(new Violation("corpus", Text.format("corpus must be '%s' or the path of a UTF-8 text file", WordNet.NAME)));
                }
            }
            case TOKENS -> {
                if (file.isBlank()) {
                    found.add(new Violation("file", "file must be the path of a file of whitespace-separated token ids"));
                }
            }
            case MARKOV -> within(found, "states", states, 2, MAX_STATES);
            case RECALL -> {
                within(found, "keys", keys, 1, MAX_SYMBOLS);
                within(found, "values", values, 2, MAX_SYMBOLS);
                within(found, "distance", distance, 0, MAX_SYMBOLS);
                boolean distinct = pairs.stream().distinct().count() == pairs.size();
                if (pairs.isEmpty() || !distinct || pairs.stream().anyMatch(load -> load < 1 || load > keys)) {
                    found.add(new Violation("pairs", Text.format("pairs must list different numbers of pairs, each at least 1 and at most keys (%d), not %s",
                            keys, pairs)));
                }
            }
            case INDUCTION -> {
                within(found, "symbols", symbols, 2, MAX_SYMBOLS);
                within(found, "items", items, 2, symbols);
            }
            case SORT, COPY -> {
                within(found, "symbols", symbols, 2, MAX_SYMBOLS);
                within(found, "items", items, 1, MAX_SYMBOLS);
            }
        }
        return found;
    }

    private static void within(List<Violation> found, String key, int value, int least, int most) {
        if (value < least || value > most) {
            found.add(new Violation(key, Text.format("%s must be at least %d and at most %d, not %d", key, least, most, value)));
        }
    }
}
