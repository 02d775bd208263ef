package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Values;
import io.fluxo.model.LayerSpec;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.Violation;
import io.fluxo.text.Text;
import java.util.Optional;

/** Whether a model is shown what it is asked for: its loss would say how well it copies, and nothing else. */
final class Visibility {

    private Visibility() {}

    static Optional<Violation> violation(Trial trial) {
        boolean sees = trial.model().family() == Family.TRANSFORMER && trial.model().layers().stream().anyMatch(Visibility::looksAhead);
        return sees && trial.task().showsAnswersLater()
                ? Optional.of(new Violation("model.mask", Text.format("mask: bidirectional lets every position see the ones after it, and in task %s these"
                        + " show the answers: the loss would measure nothing. Choose mask: causal, or task recall, which hides its answers",
                        Values.label(trial.task().kind()))))
                : Optional.empty();
    }

    private static boolean looksAhead(LayerSpec layer) {
        return layer.mask() == MaskKind.BIDIRECTIONAL && (layer.attention() == AttentionKind.SOFTMAX || layer.attention() == AttentionKind.UNIFORM);
    }
}
