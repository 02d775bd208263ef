package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.checkpoint.CharacterTokenizer;
import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.task.Task;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.SpecDifference;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The model that a trial starts from, {@code model.init_from}. Parameters mean something in the model that they were trained in, not in any whose
 * tensors happen to have their shapes: everything that says what is computed has to agree, and the ids have to stand for the same characters.
 */
final class StartingModel {

    private static final String KEY = "model.init_from";

    private static final String ALLOWED = "only dropout, embed_std, init, init_from, init_std, and n_ctx where positions are not learned, may differ";

    private final PreparedTrial trial;
    private final Catalog catalog;

    private StartingModel(PreparedTrial trial, Catalog catalog) {
        this.trial = trial;
        this.catalog = catalog;
    }

    /** Why {@code trial} cannot start from the model that it names; empty where it can, or names none. */
    static Optional<Violation> violation(PreparedTrial trial, Catalog catalog) {
        return startsFromNothing(trial) ? Optional.empty() : new StartingModel(trial, catalog).problem().map(why -> new Violation(KEY, why));
    }

    /** An n-gram has no parameters to begin with, even where the study's other models do. */
    private static boolean startsFromNothing(PreparedTrial trial) {
        return trial.trial().model().get(INIT_FROM).isEmpty() || trial.trial().model().get(FAMILY) == Family.NGRAM;
    }

    /** What could not be compared; empty where everything was. */
    static Optional<String> remark(PreparedTrial trial) {
        String directory = trial.trial().model().get(INIT_FROM);
        return startsFromNothing(trial) || !trial.task().readsCharacters() || Files.exists(Path.of(directory, "tokenizer.json")) ? Optional.empty()
                : Optional.of(Text.format("%s: %s holds no tokenizer.json: whether its %,d ids stand for the characters of this text is not known", KEY,
                        directory, trial.trial().model().get(D_VOCAB)));
    }

    private Optional<String> problem() {
        ModelSpec wanted = trial.trial().model();
        try {
            Path directory = Path.of(wanted.get(INIT_FROM));
            List<String> differences = differences(ModelDirectory.readSpec(directory, catalog), wanted);
            if (!differences.isEmpty()) {
                return Optional.of(Text.format("%s is another model: %s; %s", directory, String.join("; ", differences), ALLOWED));
            }
            return otherCharacters(directory, trial.task());
        } catch (InvalidPathException | CheckpointException unusable) {
            return Optional.of(unusable.getMessage());
        }
    }

    private static Optional<String> otherCharacters(Path directory, Task task) {
        Optional<List<String>> there = CharacterTokenizer.read(directory).map(CharacterTokenizer::characters);
        if (!task.readsCharacters()) { // ids are numbers, and d_vocab agrees
            return there.map(_ -> Text.format("%s is a model of characters (it has a tokenizer.json), and the ids of this task are none: %s", directory, task.describe()));
        }
        if (there.isEmpty() || there.get().equals(task.symbols())) {
            return Optional.empty();
        }
        return Optional.of(Text.format("%s was trained on other characters than %s: %s; ids must stand for the same", directory, task.describe(),
                firstDifference(there.get(), task.symbols())));
    }

    private static String firstDifference(List<String> there, List<String> here) {
        int id = 0;
        while (id < Math.min(there.size(), here.size()) && there.get(id).equals(here.get(id))) {
            id++;
        }
        return Text.format("id %d is %s there and %s here", id, shown(there, id), shown(here, id));
    }

    private static String shown(List<String> characters, int id) {
        return id < characters.size() ? Text.format("%s (U+%04X)", characters.get(id).isBlank() ? "blank" : "'" + characters.get(id) + "'",
                characters.get(id).codePointAt(0)) : "nothing";
    }

    /** Each key that says something else of what is computed, with both values. */
    private List<String> differences(ModelSpec there, ModelSpec here) {
        Set<String> mayDiffer = new HashSet<>(SpecDifference.NOT_COMPUTED);
        if (here.get(FAMILY) != Family.TRANSFORMER || !catalog.part(PositionKind.KIND, here.get(POSITIONS)).traits().learned()) {
            mayDiffer.add("n_ctx");
        }
        return SpecDifference.between(there, here, catalog, mayDiffer).stream().map(SpecDifference::toString).toList();
    }
}
