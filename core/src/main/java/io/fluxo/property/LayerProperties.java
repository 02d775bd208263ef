package io.fluxo.property;

import static io.fluxo.model.ModelSpec.MaskKind.CAUSAL;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Layer;
import io.fluxo.property.Subject.Run;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Properties of layers [batch pos d_model] → the same that can be tested on a backend.
 *
 * @param layer   builds the layer at the sizes of a case
 * @param domain  the cases the layer is made for
 * @param backend where it runs
 * @param dtype   what it computes in
 */
public record LayerProperties<L extends Layer>(Function<BlockCase, L> layer, BlockDomain domain, Backend backend, DType dtype) {

    /** All properties that hold of a layer that treats each token for itself, as norms and feed-forward networks do. */
    public List<Property<BlockCase>> tokenwise() {
        return List.of(preservesShape(), staysFinite(), keepsSequencesApart(), keepsTokensApart());
    }

    /** Theorem 2.1 at the sizes of each case. */
    public Property<BlockCase> preservesShape() {
        return property("d_model is preserved", domain, (drawn, subject) -> {
            Shape shape = subject.output(drawn.xs(dtype)).shape();
            return Outcome.passIf(shape.equals(drawn.stream()), () -> Text.format("%s became %s", drawn.stream(), shape));
        });
    }

    /** Inputs of ordinary scales, constant tokens among them, give finite values. */
    public Property<BlockCase> staysFinite() {
        return property("finite inputs give finite values", domain.inputScales(1, 1e-3, 1e3, 1e-30), (drawn, subject) -> {
            double[] h = subject.output(drawn.xs(dtype)).toDoubles();
            return IntStream.range(0, h.length).filter(i -> !Double.isFinite(h[i])).boxed().findFirst()
                    .map(i -> Outcome.fail(Text.format("%s is %s", at(drawn, i), h[i]))).orElseGet(Outcome::pass);
        });
    }

    /** A sequence gives the same values alone as among others. */
    public Property<BlockCase> keepsSequencesApart() {
        return property("a sequence does not depend on others", comparable().minBatch(2), (drawn, subject) -> {
            double[] xs = drawn.xs(dtype).toDoubles();
            double[] together = subject.output(drawn.xs(dtype)).toDoubles();
            double[] alone = new double[together.length];
            int length = xs.length / drawn.batch();
            for (int start = 0; start < xs.length; start += length) {
                HostArray one = HostArray.of(drawn.stream().with(0, Dim.ONE), dtype, Arrays.copyOfRange(xs, start, start + length));
                System.arraycopy(subject.output(one).toDoubles(), 0, alone, start, length);
            }
            return agree(drawn, "among others", together, "with its sequence alone", alone);
        });
    }

    /** Under a causal mask, another token at j leaves the bits of all before it as they are. */
    public Property<BlockCase> isCausal() {
        return unmoved("a token does not depend on later ones", domain.masks(CAUSAL), (drawn, j) -> IntStream.range(0, j));
    }

    /** Another token at j leaves the bits of all others as they are. */
    public Property<BlockCase> keepsTokensApart() {
        return unmoved("a token does not depend on others", domain, (drawn, j) -> IntStream.range(0, drawn.pos()).filter(i -> i != j));
    }

    private Property<BlockCase> unmoved(String name, BlockDomain cases, BiFunction<BlockCase, Integer, IntStream> others) {
        return property(name, cases.minPos(2), (drawn, subject) -> {
            HostArray xs = drawn.xs(dtype);
            Run before = subject.run(xs);
            for (int j = 0; j < drawn.pos(); j++) {
                Run after = subject.run(drawn.withAnotherToken(xs, j));
                Optional<String> overflow = before.overflow().or(after::overflow);
                if (overflow.isPresent()) {
                    return Outcome.vacuous(Text.format("values must be finite, and at %s they are not", overflow.get()));
                }
                double[] h = before.output().toDoubles();
                double[] changed = after.output().toDoubles();
                int another = j;
                Optional<Integer> moved = others.apply(drawn, j).boxed().flatMap(i -> elements(drawn, i))
                        .filter(at -> Double.compare(h[at], changed[at]) != 0).findFirst();
                if (moved.isPresent()) {
                    int at = moved.get();
                    return Outcome.fail(Text.format("another token %d took %s from %s to %s", another, at(drawn, at), h[at], changed[at]));
                }
            }
            return Outcome.pass();
        });
    }

    /** The domain in which rounding stays rounding: no norm of all but constant features, no scores so large that rounding decides which token softmax picks. */
    BlockDomain comparable() {
        return domain.inputs(InputKind.NORMAL, InputKind.REPEATED, InputKind.ZERO).inputScales(1, 1e-3).weightScales(1, 1e-3);
    }

    /** A property of the layer of each case, with its values, on the backend. */
    public Property<BlockCase> property(String name, BlockDomain cases, BiFunction<BlockCase, Subject<L>, Outcome> check) {
        return Property.forAll(name, cases, drawn -> {
            try (Subject<L> subject = Subject.of(layer.apply(drawn), drawn, backend, dtype)) {
                return check.apply(drawn, subject);
            }
        });
    }

    /** Whether {@code a} and {@code b}, [batch pos d_model], are equal but for rounding. */
    Outcome agree(BlockCase drawn, String how, double[] a, String otherwise, double[] b) {
        double tolerance = tolerance() * Math.max(1, Arrays.stream(a).filter(Double::isFinite).map(Math::abs).max().orElse(0));
        Optional<Integer> difference = IntStream.range(0, a.length)
                .filter(i -> Double.isFinite(a[i]) ? !(Math.abs(a[i] - b[i]) <= tolerance) : Double.isFinite(b[i])).boxed().findFirst();
        if (difference.isPresent()) {
            int i = difference.get();
            return Outcome.fail(Text.format("%s is %s %s, but %s %s", at(drawn, i), a[i], how, b[i], otherwise));
        }
        return Arrays.stream(a).allMatch(Double::isFinite) ? Outcome.pass()
                : Outcome.vacuous("values must be finite, and at the output they are not");
    }

    private double tolerance() {
        return switch (dtype) {
            case F64 -> 1e-9;
            case F32 -> 1e-3;
            case BF16 -> 1e-1;
            case I32, I64, BOOL -> throw new IllegalArgumentException("layers do not compute in " + dtype.label());
        };
    }

    /** Where token {@code i}'s features stand, sequence after sequence. */
    private static Stream<Integer> elements(BlockCase drawn, int i) {
        return IntStream.range(0, drawn.batch()).flatMap(sequence -> {
            int start = (sequence * drawn.pos() + i) * drawn.dModel();
            return IntStream.range(start, start + drawn.dModel());
        }).boxed();
    }

    /** {@code h[batch=0 pos=1 d_model=2]}. */
    private static String at(BlockCase drawn, int element) {
        int token = element / drawn.dModel();
        return Text.format("h[batch=%d pos=%d d_model=%d]", token / drawn.pos(), token % drawn.pos(), element % drawn.dModel());
    }
}
