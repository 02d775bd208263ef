package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.tensor.Tensor;

/**
 * A model's answers to examples.
 *
 * @param logits [batch pos d_vocab]
 * @param losses −log of the probability given to each target, in nats [batch pos]; of no meaning where nothing is asked
 */
public record Answers(Tensor logits, Tensor losses) {

    /** @param backend where the model's parameters are */
    public static Answers of(Pass pass, Backend backend, LanguageModel model, Examples examples) {
        return of(pass, model, new StepInputs(backend, model.parameters().getFirst().value().dtype(), examples));
    }

    static Answers of(Pass pass, LanguageModel model, StepInputs inputs) {
        Tensor logits = model.forward(pass, inputs.tokens());
        return new Answers(logits, pass.crossEntropy(logits, inputs.targets()));
    }
}
