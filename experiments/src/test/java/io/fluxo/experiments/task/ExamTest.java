package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.layer.BrokenPartException;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Under which names an examination is reported. */
class ExamTest {

    @Test
    void severalPlacesHaveCurvesAndAFigureOfTheLastOne() {
        Exam exam = new Exam("pairs", List.of(1.0, 32.0), 2, Exam.NONE.paper());
        assertThat(exam.curves()).containsExactly("loss_by_pairs", "accuracy_by_pairs");
        assertThat(exam.figures()).containsExactly("exam_loss", "loss_at_32_pairs", "exam_accuracy", "accuracy_at_32_pairs");
    }

    @Test
    void onePlaceHasFiguresAlone() {
        Exam exam = new Exam("items", List.of(16.0), 2, Exam.NONE.paper());
        assertThat(exam.curves()).isEmpty();
        assertThat(exam.last("loss")).isEmpty();
        assertThat(exam.figures()).containsExactly("exam_loss", "exam_accuracy");
    }

    @Test
    void aTaskHasNoExaminationUnlessItSaysSo() {
        assertThat(Exam.of(new Plain(), 8)).isSameAs(Exam.NONE);
        assertThat(Exam.NONE.figures()).isEmpty();
        assertThat(Exam.NONE.curves()).isEmpty();
    }

    @Test
    void aTaskThatReturnsNullInsteadIsNamed() {
        Task broken = new Plain() {
            @Override
            public Exam exam(int nCtx) {
                return null;
            }
        };
        assertThatThrownBy(() -> Exam.of(broken, 8)).isInstanceOf(BrokenPartException.class).hasMessageStartingWith("the task 'plain' (")
                .hasMessageEndingWith("returned null instead of an exam");
    }

    private static class Plain implements Task {
        @Override
        public int vocabulary() {
            return 2;
        }

        @Override
        public List<String> symbols() {
            return List.of("a", "b");
        }

        @Override
        public OptionalDouble floor() {
            return OptionalDouble.empty();
        }

        @Override
        public OptionalDouble unigramEntropy() {
            return OptionalDouble.empty();
        }

        @Override
        public String describe() {
            return "plain";
        }

        @Override
        public void require(int nCtx) {}

        @Override
        public Examples batch(RandomKey key, long step, int rows, int nCtx) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int validationBatches(int rows, int nCtx) {
            return 0;
        }

        @Override
        public Examples validationBatch(int index, int rows, int nCtx) {
            throw new UnsupportedOperationException();
        }
    }
}
