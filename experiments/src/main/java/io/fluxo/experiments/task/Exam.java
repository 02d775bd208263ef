package io.fluxo.experiments.task;

import io.fluxo.train.Examples;
import java.util.List;
import java.util.function.IntFunction;

/**
 * An examination of a trained model: its loss and its accuracy are told place by place along an axis.
 *
 * @param axis   what is told apart, in snake_case: {@code pairs}, {@code position}
 * @param at     the places on the axis, ascending
 * @param papers number of papers
 * @param paper  the paper numbered from 0; a pure function
 */
public record Exam(String axis, List<Double> at, int papers, IntFunction<Paper> paper) {

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
}
