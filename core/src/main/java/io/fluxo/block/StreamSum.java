package io.fluxo.block;

import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One sum on a stream's way through a block: to = carry · from + weight · the contributions of {@code adds}. Points are named within the block.
 *
 * @param stream      which of the model's streams, from 0
 * @param from        the hook point of the stream before
 * @param normedFirst the hook point of the norm's result, where a norm of the stream itself precedes the sum and is what it carries
 * @param carry       what the stream is multiplied by
 * @param adds        whose contributions are added
 * @param weight      what the contributions are multiplied by when this stream takes them up
 * @param to          the hook point of the sum
 * @param normalised  the hook point of the norm's result, where a norm of the stream itself follows the sum
 */
public record StreamSum(int stream, String from, Optional<String> normedFirst, Factor carry, List<Branch.Kind> adds, Factor weight, String to, Optional<String> normalised) {

    public StreamSum {
        adds = List.copyOf(adds);
    }

    /** x + contributions. */
    public static StreamSum of(String from, List<Branch.Kind> adds, String to) {
        return new StreamSum(0, from, Optional.empty(), Factor.ONE, adds, Factor.ONE, to, Optional.empty());
    }

    /** The same, followed by a norm of the stream. */
    public StreamSum normalisedAt(String point) {
        return new StreamSum(stream, from, normedFirst, carry, adds, weight, to, Optional.of(point));
    }

    /** The same, preceded by a norm of the stream. */
    public StreamSum normalisedFirstAt(String point) {
        return new StreamSum(stream, from, Optional.of(point), carry, adds, weight, to, normalised);
    }

    /** The same on another stream. */
    public StreamSum ofStream(int number) {
        return new StreamSum(number, from, normedFirst, carry, adds, weight, to, normalised);
    }

    /** The same, which carries the stream in another way. */
    public StreamSum carrying(Factor factor) {
        return new StreamSum(stream, from, normedFirst, factor, adds, weight, to, normalised);
    }

    /** The same, which takes contributions up in another way. */
    public StreamSum weighing(Factor factor) {
        return new StreamSum(stream, from, normedFirst, carry, adds, factor, to, normalised);
    }

    /** The point whose value the sum carries. */
    public String carried() {
        return normedFirst.orElse(from);
    }

    /** The point from which the stream goes on. */
    public String end() {
        return normalised.orElse(to);
    }

    /** Whether a norm of the stream itself precedes or follows the sum. */
    public boolean normalises() {
        return normedFirst.isPresent() || normalised.isPresent();
    }

    StreamSum carrying(double factor) {
        return switch (carry) {
            case Factor.Fixed(double value) -> carrying(new Factor.Fixed(value * factor));
            case Factor.Shown _, Factor.Last _ -> {
                if (factor != 1) {
                    throw new IllegalArgumentException(Text.format("the sum %s has a residual connection of its own, which cannot be weighed by %s", this, factor));
                }
                yield this;
            }
        };
    }

    StreamSum without(Branch.Kind gone) {
        return new StreamSum(stream, from, normedFirst, carry, adds.stream().filter(kind -> kind != gone).toList(), weight, to, normalised);
    }

    StreamSum from(String point) {
        return new StreamSum(stream, point, normedFirst, carry, adds, weight, to, normalised);
    }

    StreamSum to(String point) {
        return new StreamSum(stream, from, normedFirst, carry, adds, weight, point, normalised);
    }

    /** The equation: {@code hook_resid_mid = hook_resid_pre + hook_attn_contribution}. */
    @Override
    public String toString() {
        Stream<String> before = carry.isZero() ? Stream.empty() : Stream.of(carry.times(carried()));
        return to + " = " + String.join(" + ", Stream.concat(before, adds.stream().map(Branch.Kind::contribution).map(weight::times)).toList());
    }
}
