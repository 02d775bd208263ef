package io.fluxo.experiments.task;

import io.fluxo.layer.BrokenPartException;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * An examination of a trained model: its loss and its accuracy are reported place by place along an axis.
 *
 * @param axis   what the places differ in, in snake_case: {@code pairs}, {@code position}
 * @param at     the places on the axis, ascending
 * @param papers number of papers
 * @param paper  the paper numbered from 0; a pure function
 */
public record Exam(String axis, List<Double> at, int papers, IntFunction<Paper> paper) {

    private static final List<String> MEASURES = List.of("loss", "accuracy");

    /** Nothing is examined. */
    public static final Exam NONE = new Exam("", List.of(), 0, index -> {
        throw new IndexOutOfBoundsException(index);
    });

    /**
     * Questions that are answered together.
     *
     * @param place for each position, which of the places on the axis its answer counts for
     */
    public record Paper(Examples examples, int[] place) {}

    public Exam {
        at = List.copyOf(at);
    }

    /**
     * What {@code task} examines a model in.
     *
     * @throws BrokenPartException where it returns null
     */
    public static Exam of(Task task, int nCtx) {
        Exam exam = task.exam(nCtx);
        if (exam == null) {
            throw new BrokenPartException(Text.format("the task '%s' (%s) returned null instead of an exam", task.describe(), Origin.of(task.getClass())));
        }
        return exam;
    }

    /** The name under which {@code measure} over all places is reported: {@code exam_accuracy}. */
    public String whole(String measure) {
        return "exam_" + measure;
    }

    /** The name under which {@code measure} at the last place is reported, if there are several: {@code accuracy_at_32_pairs}. */
    public Optional<String> last(String measure) {
        return at.size() < 2 ? Optional.empty() : Optional.of(Text.format("%s_at_%d_%s", measure, at.getLast().intValue(), axis));
    }

    /** The name under which {@code measure} is reported place by place: {@code accuracy_by_pairs}. */
    public String along(String measure) {
        return Text.format("%s_by_%s", measure, axis);
    }

    /** The names of everything that is reported place by place; none where there is one place. */
    public List<String> curves() {
        return at.size() < 2 ? List.of() : MEASURES.stream().map(this::along).toList();
    }

    /** The names of everything that is reported as one number. */
    public List<String> figures() {
        return papers == 0 ? List.of() : MEASURES.stream().flatMap(measure -> Stream.concat(Stream.of(whole(measure)), last(measure).stream())).toList();
    }
}
