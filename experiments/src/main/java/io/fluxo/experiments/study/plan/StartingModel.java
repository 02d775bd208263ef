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
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The model that a trial starts from, {@code model.init_from}. Parameters mean something in the model that they were trained in, not in any whose
 * tensors happen to have their shapes: everything that says what is computed has to agree, and the ids have to stand for the same characters.
 */
final class StartingModel {

    private static final String KEY = "model.init_from";

    /** Keys that say how initial values are drawn, which are replaced, and keys that act in training alone. */
    private static final Set<String> MAY_DIFFER = Set.of("init", "init_std", "embed_std", "dropout", "init_from");

    private static final String ALLOWED = "only dropout, embed_std, init, init_from, init_std, and n_ctx where positions are not learned, may differ";

    /** Keys whose value for all layers is the final norm's too. */
    private static final Set<String> OF_FINAL_NORM = Set.of("norm", "norm_affine", "norm_eps");

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
        if (there.get(FAMILY) != here.get(FAMILY)) {
            return List.of(difference("family", there.get(FAMILY), here.get(FAMILY)));
        }
        Set<String> passedOver = new HashSet<>(MAY_DIFFER);
        if (here.get(FAMILY) != Family.TRANSFORMER || !learnsPositions(here)) {
            passedOver.add("n_ctx");
        }
        Set<String> unread = keys(there.unread(catalog));
        unread.retainAll(keys(here.unread(catalog)));
        passedOver.addAll(unread);
        Map<String, Object> values = there.values();
        List<String> differences = new ArrayList<>();
        here.values().forEach((key, value) -> {
            int layers = Math.min(there.get(N_LAYERS), here.get(N_LAYERS));
            boolean written = !value.equals(values.get(key)); // otherwise it follows from another key
            if (written && !passedOver.contains(key) && !meaning(there, key, values.get(key), layers).equals(meaning(here, key, value, layers))) {
                differences.add(difference(key, values.get(key), value));
            }
        });
        return differences;
    }

    private boolean learnsPositions(ModelSpec model) {
        return catalog.part(PositionKind.KIND, model.get(POSITIONS)).traits().learned();
    }

    private static Set<String> keys(List<Violation> violations) {
        return violations.stream().map(Violation::key).collect(Collectors.toCollection(HashSet::new));
    }

    /** The meaning of a value, however it is written. */
    private static Object meaning(ModelSpec spec, String key, Object value, int layers) {
        return switch (value) {
            case PerLayer<?> _ when key.equals("n_key_value_heads") -> IntStream.range(0, layers).mapToObj(layer -> spec.layer(layer).keyValueHeads()).toList();
            case PerLayer<?> _ when key.equals("d_head") -> IntStream.range(0, layers).mapToObj(layer -> spec.layer(layer).headWidth()).toList();
            case PerLayer<?> byLayer -> Stream.concat(OF_FINAL_NORM.contains(key) ? Stream.of(byLayer.standard()) : Stream.empty(),
                    IntStream.range(0, layers).mapToObj(byLayer::at)).toList();
            default -> value;
        };
    }

    private static String difference(String key, Object there, Object here) {
        return Text.format("%s is %s there and %s here", key, Values.label(there), Values.label(here));
    }
}
