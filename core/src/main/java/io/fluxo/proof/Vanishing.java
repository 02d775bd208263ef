package io.fluxo.proof;

import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp.Constant;
import io.fluxo.op.PrimitiveOp.Pad;
import io.fluxo.op.PrimitiveOp.Slice;
import io.fluxo.proof.ForwardProgram.Line;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds what a program loses at particular sizes: a factor (pos − 4), a pad of (batch − 2) or an axis of (d_model − 8), which are nothing where the proof runs
 * and something elsewhere.
 */
final class Vanishing {

    private Vanishing() {}

    /** The first operation of {@code program} with a size or number that depends on symbols and is 0, or not finite, at {@code sizes}; empty where there is none. */
    static Optional<String> in(ForwardProgram program, Map<String, Long> sizes) {
        List<Line> lines = program.lines();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Optional<String> lost = Stream.concat(line.shape().dims().stream(), dims(line)).filter(dim -> !dim.isKnown() && dim.at(sizes).size() == 0).map(Dim::toString)
                    .findFirst().or(() -> scalars(line).filter(number -> vanishes(number, sizes)).map(Scalar::toString).findFirst());
            if (lost.isPresent()) {
                return Optional.of(Text.format("operation %d, %s, has %s, which is nothing at these sizes", i + 1, line.text(), lost.get()));
            }
        }
        return Optional.empty();
    }

    private static boolean vanishes(Scalar number, Map<String, Long> sizes) {
        double value = number.at(sizes).value();
        return !(number instanceof Scalar.Number) && (value == 0 || !Double.isFinite(value));
    }

    private static Stream<Dim> dims(Line line) {
        return switch (op(line)) {
            case Slice(int _, var start, var length) -> Stream.of(start, length);
            case Pad(int _, var before, var after, var _) -> Stream.of(before, after);
            case null, default -> Stream.empty();
        };
    }

    private static Stream<Scalar> scalars(Line line) {
        return switch (op(line)) {
            case Pad pad -> Stream.of(pad.value());
            case Constant constant -> Stream.of(constant.value());
            case FusedOp.Attention attention -> Stream.of(attention.scale());
            case null, default -> Stream.empty();
        };
    }

    private static Op op(Line line) {
        return line instanceof Line.Executed executed ? executed.op() : null;
    }
}
