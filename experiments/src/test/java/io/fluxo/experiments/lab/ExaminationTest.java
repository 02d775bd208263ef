package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.task.Exam;
import io.fluxo.train.Answering.Answer;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Made-up answers to made-up papers, marked by hand. */
class ExaminationTest {

    private static final int NO = Examples.NOTHING;

    /** The first place is asked twice in the first paper, the second once in each; what is not asked is not marked. */
    private static final Exam EXAM = new Exam("pairs", List.of(4.0, 9.0), 2, paper -> paper == 0
            ? new Exam.Paper(new Examples(2, 1, new int[4], new int[] {1, NO, 2, 3}), new int[] {0, 0, 0, 1})
            : new Exam.Paper(new Examples(1, 1, new int[2], new int[] {NO, 5}), new int[] {0, 1}));

    private static Answer answer(Examples examples) {
        return examples.rows() == 2 ? new Answer(new double[] {0.5, 100, 1.5, 4}, new int[] {1, 7, 0, 3}) : new Answer(new double[] {100, 8}, new int[] {NO, 6});
    }

    @Test
    void lossAndAccuracyAreMeansOfWhatIsAskedInEachPlaceAndInAll() {
        Told told = new Told();
        Examination.hold(EXAM, ExaminationTest::answer, told);
        assertThat(told.figures).containsOnly(entry("exam_loss", 14.0 / 4), entry("exam_accuracy", 2.0 / 4), entry("loss_at_9_pairs", 6.0),
                entry("accuracy_at_9_pairs", 0.5));
        assertThat(told.curves).containsExactly(new AxisCurve("loss_by_pairs", "pairs", List.of(4.0, 9.0), List.of(1.0, 6.0)),
                new AxisCurve("accuracy_by_pairs", "pairs", List.of(4.0, 9.0), List.of(0.5, 0.5)));
    }

    @Test
    void ofOnePlaceThereIsNoCurve() {
        Told told = new Told();
        Examination.hold(new Exam("items", List.of(4.0), 1, _ -> new Exam.Paper(new Examples(1, 1, new int[3], new int[] {1, 2, NO}), new int[3])),
                _ -> new Answer(new double[] {0.1, 0.2, 9}, new int[] {1, 1, 1}), told);
        assertThat(told.curves).isEmpty();
        assertThat(told.figures).containsOnlyKeys("exam_loss", "exam_accuracy").containsEntry("exam_accuracy", 0.5);
        assertThat(told.figures.get("exam_loss")).isCloseTo(0.15, within(1e-15));
    }

    @Test
    void withoutPapersNothingIsTold() {
        Told told = new Told();
        Examination.hold(Exam.NONE, ExaminationTest::answer, told);
        assertThat(told.figures).isEqualTo(Map.of());
        assertThat(told.curves).isEmpty();
    }
}
