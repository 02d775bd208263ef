package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Runs a trained model on one set of examples after the other. Its tensors live in the scope that was open at the first. */
public final class Answering {

    private final Evaluation evaluation;
    private final JoinedResults results = new JoinedResults();

    /** @param backend where the model's parameters are */
    public Answering(Backend backend, LanguageModel model) {
        evaluation = new Evaluation(backend, model, (pass, inputs) -> answer(pass, Answers.of(pass, model, inputs)));
    }

    /**
     * What a model answers, position by position; of no meaning where nothing is asked.
     *
     * @param losses    −log of the probability given to the target, in nats
     * @param likeliest the token with the highest probability, the first of several
     */
    public record Answer(double[] losses, int[] likeliest) {}

    public Answer to(Examples examples) {
        List<HostArray> answer = results.split(evaluation.of(examples));
        return new Answer(answer.get(0).toDoubles(), Arrays.stream(answer.get(1).toDoubles()).mapToInt(id -> (int) id).toArray());
    }

    /** Token ids become floating numbers, which hold them exactly: float32 up to 2²⁴. */
    private Tensor answer(Pass pass, Answers answers) {
        Tensor likeliest = pass.cast(pass.argMax(answers.logits(), -1), answers.losses().dtype());
        return results.join(pass, List.of(answers.losses(), likeliest));
    }
}
