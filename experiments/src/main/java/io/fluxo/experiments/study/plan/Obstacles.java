package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyCheck;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What keeps a search from values that nobody wrote. */
@FunctionalInterface
interface Obstacles {

    /** Of searches that try nothing but what is written. */
    Obstacles NOT_ASKED = (_, values) -> {
        throw new IllegalStateException(Text.format("whether %s can be tried is not known here", values));
    };

    /**
     * Why {@code values} could not be tried for {@code cell}, the first reason; empty where they can. It depends on the study and the content of its files, not on the
     * machine and not on where files lie.
     *
     * @param values dotted key → value, of the key's type
     */
    Optional<String> of(Study.Cell cell, Map<String, Object> values);

    /** What would be refused if it were written. */
    static Obstacles of(Tasks tasks, Catalog catalog) {
        return (cell, values) -> StudyCheck.obstacle(cell, values, catalog).or(() -> ofTask(cell.with(values), tasks, catalog));
    }

    private static Optional<String> ofTask(Study.Cell cell, Tasks tasks, Catalog catalog) {
        Trial trial = new Trial("", "", cell.vary(), 0, cell.model(), cell.training(), cell.task(), Set.of());
        Optional<String> visible = Visibility.violation(trial, catalog).map(Violation::message);
        if (visible.isPresent()) {
            return visible;
        }
        try {
            Task task = tasks.open(cell.task(), cell.training().get(EVAL_EVERY) > 0);
            task.require(cell.model().get(N_CTX));
            return Trials.tooFewIds(cell.model(), task);
        } catch (BadInput unusable) {
            return Optional.of(withoutFile(unusable.getMessage(), cell.task()));
        }
    }

    /** {@code message} without the path that it begins with: results should not depend on it. */
    private static String withoutFile(String message, TaskSpec task) {
        return task.fileKey().map(key -> task.values().get(key) + ": ").filter(message::startsWith).map(file -> message.substring(file.length())).orElse(message);
    }
}
