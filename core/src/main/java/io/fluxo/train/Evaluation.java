package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Evaluates a model on examples, without dropout and without training. On examples of one form it executes the same operations each time, which a
 * backend may remember. Its tensors live in the scope that was open at the first.
 */
final class Evaluation {

    private final Backend backend;
    private final LanguageModel model;
    private final BiFunction<Pass, StepInputs, Tensor> body;
    private Optional<FormEvaluation> current = Optional.empty();

    /** @param body computes what the host reads, from an evaluation pass and its inputs */
    Evaluation(Backend backend, LanguageModel model, BiFunction<Pass, StepInputs, Tensor> body) {
        this.backend = backend;
        this.model = model;
        this.body = body;
    }

    /** The evaluation of examples of one form, on cells that stay where they are. */
    private record FormEvaluation(StepInputs inputs, CellWatch cells, Routine routine) {

        boolean fits(Examples examples) {
            return cells.unchanged() && inputs.fit(examples);
        }
    }

    HostArray of(Examples examples) {
        if (current.isEmpty() || !current.get().fits(examples)) {
            current.ifPresent(former -> former.inputs.release());
            StepInputs inputs = new StepInputs(backend, model.parameters().getFirst().value().dtype(), examples);
            current = Optional.of(new FormEvaluation(inputs, new CellWatch(model.cells()), backend.routine(() -> compute(inputs))));
        }
        try (TensorScope _ = backend.openScope()) {
            current.get().inputs.set(examples);
            return backend.download(current.get().routine.run());
        }
    }

    private Tensor compute(StepInputs inputs) {
        try (TensorScope scope = backend.openScope()) {
            return scope.keep(body.apply(Pass.evaluation(backend), inputs));
        }
    }
}
