package io.fluxo.experiments.lab;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.task.Exam;
import io.fluxo.train.Answering.Answer;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Puts a trained model through its task's examination. */
final class Examination {

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
        for (int i = 0; i < answer.losses().length; i++) {
            int target = paper.examples().targets()[i];
            if (target != Examples.NOTHING) {
                int place = paper.place()[i];
                loss[place] += answer.losses()[i];
                right[place] += answer.likeliest()[i] == target ? 1 : 0;
                asked[place]++;
            }
        }
    }
}
