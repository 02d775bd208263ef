package io.fluxo.proof;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One operation of a symbolic run.
 *
 * @param operation its name
 * @param operands  what went in: {@code W_Q [d_model, d_head·n_heads]}
 * @param result    what came out
 * @param inside    where the operation is fused, the steps of its composition
 */
public record Step(String operation, List<String> operands, Shape result, List<Step> inside) {

    public Step {
        operands = List.copyOf(operands);
        inside = List.copyOf(inside);
    }

    /** {@code linear: x [batch, pos, d_model] · W_Q [d_model, d_head·n_heads] → [batch, pos, d_head·n_heads]}, the composition indented below. */
    public List<String> lines() {
        return Stream.concat(Stream.of(line()), inside.stream().flatMap(step -> step.lines().stream()).map(inner -> "    " + inner)).toList();
    }

    /** The operation alone, without its composition. */
    public String line() {
        return operation + (operands.isEmpty() ? "" : ": " + String.join(" · ", operands)) + " → " + shape(result);
    }

    /** Sizes without labels: what is compared, not what it is called. */
    static String shape(Shape shape) {
        return shape.dims().stream().map(Step::size).collect(Collectors.joining(", ", "[", "]"));
    }

    /** {@code [batch, pos, d_v·n_heads], not [batch, pos, d_model]: d_v·n_heads ≠ d_model}. */
    static String difference(Shape found, Shape wanted) {
        String shapes = Text.format("%s, not %s", shape(found), shape(wanted));
        if (found.rank() != wanted.rank()) {
            return shapes;
        }
        return shapes + IntStream.range(0, found.rank()).filter(axis -> !found.dim(axis).equals(wanted.dim(axis)))
                .mapToObj(axis -> size(found.dim(axis)) + " ≠ " + size(wanted.dim(axis))).collect(Collectors.joining(", ", ": ", ""));
    }

    private static String size(Dim dim) {
        return dim.named("").toString();
    }
}
