package io.fluxo.block;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One sum on a stream's way through a block: to = carry · from + the contributions of {@code adds}. Points are named within the block.
 *
 * @param stream     which of the model's streams, from 0
 * @param from       the hook point of the stream before
 * @param carry      what the stream is multiplied by: 1, α under DeepNorm, 0 where there is no residual connection
 * @param adds       whose contributions are added
 * @param to         the hook point of the sum
 * @param normalised the hook point of the norm's result, where a norm of the stream itself follows the sum
 */
public record StreamSum(int stream, String from, double carry, List<Branch.Kind> adds, String to, Optional<String> normalised) {

    public StreamSum {
        adds = List.copyOf(adds);
    }

    /** x + contributions. */
    public static StreamSum of(String from, List<Branch.Kind> adds, String to) {
        return new StreamSum(0, from, 1, adds, to, Optional.empty());
    }

    /** The same, followed by a norm of the stream. */
    public StreamSum normalisedAt(String point) {
        return new StreamSum(stream, from, carry, adds, to, Optional.of(point));
    }

    /** The same on another stream. */
    public StreamSum ofStream(int number) {
        return new StreamSum(number, from, carry, adds, to, normalised);
    }

    /** The point from which the stream goes on. */
    public String end() {
        return normalised.orElse(to);
    }

    StreamSum carrying(double factor) {
        return new StreamSum(stream, from, carry * factor, adds, to, normalised);
    }

    StreamSum without(Branch.Kind gone) {
        return new StreamSum(stream, from, carry, adds.stream().filter(kind -> kind != gone).toList(), to, normalised);
    }

    StreamSum from(String point) {
        return new StreamSum(stream, point, carry, adds, to, normalised);
    }

    StreamSum to(String point) {
        return new StreamSum(stream, from, carry, adds, point, normalised);
    }

    /** The equation: {@code hook_resid_mid = hook_resid_pre + hook_attn_contribution}. */
    @Override
    public String toString() {
        Stream<String> carried = carry == 0 ? Stream.empty() : Stream.of(carry == 1 ? from : carry + "·" + from);
        return to + " = " + String.join(" + ", Stream.concat(carried, adds.stream().map(Branch.Kind::contribution)).toList());
    }
}
