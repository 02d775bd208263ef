package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.task.TaskKind;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.Optional;

/** Whether a model sees its answers: its loss would then only say how well it copies. */
final class Visibility {

    private Visibility() {}

    static Optional<Violation> violation(Trial trial, Catalog catalog) {
        boolean sees = trial.model().get(FAMILY) == Family.TRANSFORMER && trial.model().layers().stream().anyMatch(layer -> looksAhead(layer, catalog));
        return sees && catalog.find(TaskKind.KIND, trial.task().kind()).orElseThrow().showsAnswersLater(trial.task())
                ? Optional.of(new Violation("model.mask", Text.format("mask: bidirectional lets every position see the ones after it, and in task %s these"
                        + " show the answers: the loss would measure nothing. Choose mask: causal, or task recall, which hides its answers",
                        trial.task().kind())))
                : Optional.empty();
    }

    private static boolean looksAhead(LayerSpec layer, Catalog catalog) {
        return layer.get(MASK) == MaskKind.BIDIRECTIONAL && layer.attention(catalog).masked();
    }
}
