package io.fluxo.train;

import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.tensor.Tensor;

/**
 * A model's answers to examples.
 *
 * @param logits [batch pos d_vocab]
 * @param losses −log of the probability given to each target, in nats [batch pos]; of no meaning where nothing is asked
 */
record Answers(Tensor logits, Tensor losses) {

    static Answers of(Pass pass, LanguageModel model, StepInputs inputs) {
        Tensor logits = model.forward(pass, inputs.tokens());
        return new Answers(logits, pass.crossEntropy(logits, inputs.targets()));
    }
}
