package io.fluxo.experiments.task;

import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.PartKey;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * What a model learns: a kind of task, and values under the keys that kinds bring. Keys of kinds other than its own have values too, so that a study
 * can vary the kind.
 */
public final class TaskSpec extends Settings<TaskSpec> {

    public static final PartKey KIND = PartKey.of(TaskKind.KIND, "kind", "char_lm", "the kind of task");

    /** The task of the study {@code pre-vs-post}: the next character of WordNet's glosses. Knows the kinds that Fluxo itself brings. */
    public static final TaskSpec DEFAULT = of(Catalog.of(TaskParts::contributeTo));

    /** Name of a kind → the keys it reads. */
    private final SequencedMap<String, Keys> kinds;
    private final Keys keys;

    private TaskSpec(SequencedMap<String, Keys> kinds, Map<String, Object> set) {
        super(set);
        this.kinds = kinds;
        this.keys = union(kinds);
    }

    /** The default task, which knows the kinds of {@code catalog}. */
    public static TaskSpec of(Catalog catalog) {
        SequencedMap<String, Keys> kinds = new LinkedHashMap<>();
        catalog.all(TaskKind.KIND).forEach((name, kind) -> kinds.put(name, new Keys(kind.keys())));
        return new TaskSpec(Collections.unmodifiableSequencedMap(kinds), Map.of());
    }

    /** @throws IllegalArgumentException where two kinds declare one key differently */
    private static Keys union(SequencedMap<String, Keys> kinds) {
        SequencedMap<String, Key<?>> all = new LinkedHashMap<>();
        all.put(KIND.name(), KIND);
        kinds.forEach((kind, keys) -> keys.all().forEach(key -> {
            Key<?> other = all.putIfAbsent(key.name(), key);
            if (other != null && !other.sameAs(key)) {
                throw new IllegalArgumentException(Text.format("the task '%s' declares the key '%s' otherwise than another task does; they share it where its type, its limits and"
                        + " its standard value are the same (there %s, by default %s)", kind, key.name(), other.type().wanted(), Values.label(other.standard())));
            }
        }));
        return new Keys(List.copyOf(all.values()));
    }

    @Override
    protected TaskSpec made(Map<String, Object> set) {
        return new TaskSpec(kinds, set);
    }

    @Override
    public Keys keys() {
        return keys;
    }

    /** This task, which knows the kinds of {@code catalog}. */
    public TaskSpec within(Catalog catalog) {
        return of(catalog).made(set());
    }

    /** The name of the kind. */
    public String kind() {
        return get(KIND).name();
    }

    /** The keys that the kind reads; none where it is not known. */
    public Keys read() {
        return kinds.getOrDefault(kind(), Keys.of());
    }

    /** The keys that the kind does not read, each with the reason. */
    public List<Violation> unread() {
        String why = Text.format("the kind %s does not read it (legal: %s)", kind(), String.join(", ", new TreeSet<>(read().names())));
        return keys.all().stream().filter(key -> key != KIND && read().find(key.name()).isEmpty()).map(key -> new Violation(key.name(), why)).toList();
    }

    /** The key under which the kind finds its file; empty where it reads none. */
    public Optional<String> fileKey() {
        return read().all().stream().filter(key -> key.type() instanceof Type.FilePath).map(Key::name).findFirst();
    }

    /** The file it learns from; empty where it needs none. */
    public Optional<String> path() {
        return read().all().stream().filter(key -> key.type() instanceof Type.FilePath file && file.isPath((String) get(key))).map(key -> (String) get(key))
                .findFirst();
    }

    /**
     * What makes this specification impossible; empty where it can be carried out.
     *
     * @param catalog the tasks that there are
     */
    public List<Violation> violations(Catalog catalog) {
        List<Violation> found = new ArrayList<>(catalog.violations(KIND.name(), TaskKind.KIND, get(KIND)));
        illegal().stream().filter(violation -> read().find(violation.key()).isPresent()).forEach(found::add);
        if (found.isEmpty()) {
            found.addAll(catalog.find(TaskKind.KIND, kind()).orElseThrow().violations(this));
        }
        return found;
    }
}
