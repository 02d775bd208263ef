package io.fluxo.experiments.task;

import io.fluxo.plugin.Contributions;
import io.fluxo.setting.Key;
import io.fluxo.setting.Type;

/** The tasks that Fluxo itself brings, and the keys that several of them share. */
public final class TaskParts {

    /** Most keys, values, symbols, filler positions. */
    static final int MOST_SYMBOLS = 1 << 16;

    /** The text that char_lm learns from; {@code --corpus}. */
    public static final Key<String> CORPUS = Key.of("corpus", Type.file(WordNet.NAME), WordNet.NAME,
            "char_lm: wordnet (the glosses of WordNet 3.1), or the path of a UTF-8 text file; a relative one counts from the folder of the YAML file");

    public static final Key<Integer> SYMBOLS = Key.of("symbols", Type.whole(2, MOST_SYMBOLS), 64, "induction, sort, copy: number of symbols");

    public static final Key<Integer> ITEMS = Key.of("items", Type.whole(1, MOST_SYMBOLS), 16, "induction: the longest period; sort, copy: symbols of a sequence");

    public static final Key<Boolean> DISTINCT = Key.of("distinct", Type.truth(), true,
            "induction: whether the symbols of a period differ from each other; if not, each is drawn by itself, and what follows a symbol may be ambiguous");

    private TaskParts() {}

    public static void contributeTo(Contributions to) {
        to.add(TaskKind.KIND, "char_lm", new CharLm.Kind());
        to.add(TaskKind.KIND, "tokens", new TokenFile.Kind());
        to.add(TaskKind.KIND, "markov", new Markov.Kind());
        to.add(TaskKind.KIND, "recall", new Recall.Kind());
        to.add(TaskKind.KIND, "induction", new Induction.Kind());
        to.add(TaskKind.KIND, "sort", new Rearrangement.Kind(Rearrangement::sort));
        to.add(TaskKind.KIND, "copy", new Rearrangement.Kind(Rearrangement::copy));
    }
}
