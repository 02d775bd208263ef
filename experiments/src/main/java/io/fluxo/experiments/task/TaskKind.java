package io.fluxo.experiments.task;

import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.PartKind;
import io.fluxo.setting.Violation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Something a model can learn: what {@code task: {kind: NAME}} stands for. Its keys stand beside {@code kind}, and several kinds may share one. */
public interface TaskKind {

    PartKind<TaskKind> KIND = new PartKind<>("task", TaskKind.class, TaskKind::objection);

    /** The keys it reads, besides {@code kind}. */
    List<Key<?>> keys();

    /** What makes {@code spec} impossible, besides values that are not legal under their keys. */
    default List<Violation> violations(TaskSpec spec) {
        return List.of();
    }

    /**
     * Whether some position that is asked for an answer is followed by that answer among what is shown: a model that sees later positions would
     * copy it.
     */
    boolean showsAnswersLater(TaskSpec spec);

    /**
     * The task.
     *
     * @param holdOut whether the last tenth of a text is kept for validation
     * @param files   reads what it learns from
     * @throws io.fluxo.experiments.BadInput if a file cannot be used
     */
    Task open(TaskSpec spec, boolean holdOut, TaskFiles files);

    private static Optional<String> objection(String name, TaskKind task) {
        return Keys.objection(task.keys(), Set.of(TaskSpec.KIND.name()));
    }
}
