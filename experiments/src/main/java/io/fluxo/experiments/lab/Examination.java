package io.fluxo.experiments.lab;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.study.AxisCurve;
import io.fluxo.experiments.study.TrialListener;
import io.fluxo.experiments.task.Exam;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Answers;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Puts a trained model through its task's examination. */
final class Examination {

    /**
     * What a model answers, position by position; of no meaning where nothing is asked.
     *
     * @param losses    −log of the probability given to the target, in nats
     * @param likeliest the token with the highest probability, the first of several
     */
    record Answer(double[] losses, int[] likeliest) {}

    private final Exam exam;
    private final double[] loss;
    private final int[] right;
    private final int[] asked;

    private Examination(Exam exam) {
        this.exam = exam;
        loss = new double[exam.at().size()];
        right = new int[loss.length];
        asked = new int[loss.length];
    }

    /**
     * Tells loss and accuracy, in nats and as a part of 1: along the axis ({@code accuracy_by_pairs}), and where there is more to it than one
     * place, at the last of it ({@code accuracy_at_32_pairs}).
     */
    static void hold(Exam exam, Function<Examples, Answer> pupil, TrialListener listener) {
        Examination examination = new Examination(exam);
        for (int i = 0; i < exam.papers(); i++) {
            Exam.Paper paper = exam.paper().apply(i);
            examination.mark(paper, pupil.apply(paper.examples()));
        }
        if (exam.papers() > 0) {
            examination.tell("loss", place -> examination.loss[place], listener);
            examination.tell("accuracy", place -> examination.right[place], listener);
        }
    }

    private void tell(String measure, IntToDoubleFunction sum, TrialListener listener) {
        List<Double> means = IntStream.range(0, asked.length).mapToObj(place -> sum.applyAsDouble(place) / asked[place]).toList();
        listener.figure(exam.whole(measure), IntStream.range(0, asked.length).mapToDouble(sum).sum() / IntStream.of(asked).sum());
        exam.last(measure).ifPresent(name -> {
            listener.figure(name, means.getLast());
            listener.curve(new AxisCurve(exam.along(measure), exam.axis(), exam.at(), means));
        });
    }

    private void mark(Exam.Paper paper, Answer answer) {
        for (int i = 0; i < answer.losses.length; i++) {
            int target = paper.examples().targets()[i];
            if (target != Examples.NOTHING) {
                int place = paper.place()[i];
                loss[place] += answer.losses[i];
                right[place] += answer.likeliest[i] == target ? 1 : 0;
                asked[place]++;
            }
        }
    }

    /** A trained model as it answers. */
    static Function<Examples, Answer> pupil(Backend backend, LanguageModel model) {
        return examples -> {
            try (TensorScope _ = backend.openScope()) {
                Pass pass = Pass.evaluation(backend);
                Answers answers = Answers.of(pass, backend, model, examples);
                double[] likeliest = backend.download(pass.argMax(answers.logits(), -1)).toDoubles();
                return new Answer(backend.download(answers.losses()).toDoubles(), Arrays.stream(likeliest).mapToInt(id -> (int) id).toArray());
            }
        };
    }
}
