package io.fluxo.proof;

import io.fluxo.op.AtSizes;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a model's forward pass does, as data: its operations in the order in which they were asked for, from tokens to logits. Two runs of one program
 * compute the same function of tokens and parameters, whatever the code looked at while it ran.
 *
 * @param lines    one for each operation
 * @param output   where the logits come from
 * @param refusals what the code tried that no proof allows, whether or not it then went on: reading values back to the host
 */
public record ForwardProgram(List<Line> lines, Source output, List<String> refusals) {

    public ForwardProgram {
        lines = List.copyOf(lines);
        refusals = List.copyOf(refusals);
    }

    /** Where a value comes from. */
    public sealed interface Source {

        /** The token ids. */
        record Tokens() implements Source {}

        /** A parameter or buffer of the model, by name. */
        record Cell(String name) implements Source {}

        /** The key of the place {@code path} that drops, which the pass brings with it. */
        record Key(String path) implements Source {}

        /** A tensor that this pass did not make, and that is none of the others. Reading one is refused. */
        record Foreign() implements Source {}

        /** What line {@code number} made, from 0. */
        record Result(int number) implements Source {}
    }

    /** One step. */
    public sealed interface Line {

        Shape shape();

        /** For messages. */
        String text();

        /** An operation. */
        record Executed(Op op, List<Source> inputs, Shape shape, DType dtype) implements Line {
            @Override
            public String text() {
                return Text.format("%s → %s", op.name(), Step.shape(shape));
            }
        }

        /** Values that the code brings to the device, bit for bit. */
        record Uploaded(Shape shape, DType dtype, List<?> content) implements Line {
            @Override
            public String text() {
                return Text.format("upload of %s", Step.shape(shape));
            }
        }
    }

    /** This program where the symbols have these sizes: what it does at one size. */
    public ForwardProgram at(Map<String, Long> sizes) {
        return new ForwardProgram(lines.stream().map(line -> at(line, sizes)).toList(), output, refusals);
    }

    private static Line at(Line line, Map<String, Long> sizes) {
        return switch (line) {
            case Line.Executed(Op op, var inputs, Shape shape, DType dtype) -> new Line.Executed(switch (op) {
                case PrimitiveOp primitive -> AtSizes.of(primitive, sizes);
                case FusedOp fused -> AtSizes.of(fused, sizes);
                case UpdateOp update -> update;
            }, inputs, shape.at(sizes), dtype);
            case Line.Uploaded uploaded -> uploaded;
        };
    }

    /** In what {@code ran} is another program than this, as a sentence; empty where it is this one. */
    public Optional<String> difference(ForwardProgram ran) {
        if (!ran.refusals.isEmpty()) {
            return Optional.of(ran.refusals.getFirst());
        }
        for (int i = 0; i < Math.min(lines.size(), ran.lines.size()); i++) {
            if (!lines.get(i).equals(ran.lines.get(i))) {
                return Optional.of(told(ran, i).equals(told(this, i))
                        ? Text.format("operation %d%s, %s, has other values, settings or types than in the proof", i + 1, place(i), told(this, i))
                        : Text.format("operation %d%s is %s, and not %s", i + 1, place(i), told(ran, i), told(this, i)));
            }
        }
        if (lines.size() != ran.lines.size()) {
            boolean more = ran.lines.size() > lines.size();
            int at = Math.min(lines.size(), ran.lines.size());
            return Optional.of(Text.format("it %s %s%s", more ? "goes on with" : "ends before", told(more ? ran : this, at), place(at)));
        }
        return output.equals(ran.output) ? Optional.empty() : Optional.of("the logits are another of its values");
    }

    private static String told(ForwardProgram program, int i) {
        Line line = program.lines.get(i);
        return line instanceof Line.Executed(_, var inputs, _, _) ? Text.format("%s of %s", line.text(), inputs.stream().map(ForwardProgram::told)
                .collect(Collectors.joining(", "))) : line.text();
    }

    private static String told(Source source) {
        return switch (source) {
            case Source.Tokens() -> "the tokens";
            case Source.Cell(String name) -> name;
            case Source.Key(String path) -> "the key of " + path;
            case Source.Foreign() -> "a tensor of another pass";
            case Source.Result(int number) -> "#" + (number + 1);
        };
    }

    /** The last parameter that was read before line {@code i}, for whoever looks for the place: {@code  (after blocks.0.attn.W_O)}. */
    private String place(int i) {
        for (int at = Math.min(i, lines.size()) - 1; at >= 0; at--) {
            if (lines.get(at) instanceof Line.Executed(_, var inputs, _, _)) {
                Optional<String> cell = inputs.stream().filter(Source.Cell.class::isInstance).map(source -> ((Source.Cell) source).name()).findFirst();
                if (cell.isPresent()) {
                    return Text.format(" (after %s)", cell.get());
                }
            }
        }
        return "";
    }
}
