package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;

/**
 * A model's answers to examples.
 *
 * @param logits [batch pos d_vocab]
 * @param losses −log of the probability given to each target, in nats [batch pos]; of no meaning where nothing is asked
 */
public record Answers(Tensor logits, Tensor losses) {

    /** @param backend where the model's parameters are */
    public static Answers of(Pass pass, Backend backend, LanguageModel model, Examples examples) {
        Dim batch = Dim.of("batch", examples.rows());
        Dim pos = Dim.of("pos", examples.length());
        Shape positions = Shape.of(batch, pos);
        Shape ids = examples.channels() == 1 ? positions : Shape.of(batch, pos, Dim.of("channel", examples.channels()));
        int[] targets = Arrays.stream(examples.targets()).map(target -> target == Examples.NOTHING ? 0 : target).toArray();
        Tensor logits = model.forward(pass, backend.upload(HostArray.of(ids, examples.tokens())));
        return new Answers(logits, pass.crossEntropy(logits, backend.upload(HostArray.of(positions, targets))));
    }
}
