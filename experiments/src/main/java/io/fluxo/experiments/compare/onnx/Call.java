package io.fluxo.experiments.compare.onnx;

import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import io.fluxo.experiments.BadInput;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One node with the values of its inputs. It remembers what the operator asked for: an attribute or an input that nobody asked for may change what the
 * operator means, and so the node is refused instead of computed without it.
 */
final class Call {

    private final Node node;
    private final long opset;
    private final List<Optional<Tensor>> inputs;
    private final Pass ops;
    private final Set<Object> asked = new HashSet<>();

    Call(Node node, long opset, List<Optional<Tensor>> inputs, Pass ops) {
        this.node = node;
        this.opset = opset;
        this.inputs = inputs;
        this.ops = ops;
    }

    /** The operations of the backend. */
    Pass ops() {
        return ops;
    }

    /** Version of the operator's domain. */
    long opset() {
        return opset;
    }

    int inputs() {
        return inputs.size();
    }

    int outputs() {
        return node.outputs().size();
    }

    /** Input {@code index}, which the operator cannot do without. */
    Tensor in(int index) {
        return optional(index).orElseThrow(() -> bad("needs its input " + index));
    }

    Optional<Tensor> optional(int index) {
        asked.add(index);
        return index < inputs.size() ? inputs.get(index) : Optional.empty();
    }

    /** The integers of input {@code index}; empty where it is left out. */
    Optional<long[]> wholes(int index) {
        return optional(index).map(given -> {
            if (!given.dtype().isInteger()) {
                throw bad(Text.format("needs integers as its input %d, not %s", index, given.dtype().label()));
            }
            return switch (host(given).array()) {
                case long[] longs -> longs;
                case int[] ints -> Arrays.stream(ints).asLongStream().toArray();
                case Object other -> throw new IllegalStateException("integers came as " + other.getClass());
            };
        });
    }

    /** The single number of input {@code index}. */
    double number(int index) {
        HostArray values = host(in(index));
        if (values.elements() != 1) {
            throw bad(Text.format("needs a single number as its input %d, not %s", index, values.shape()));
        }
        return values.scalar();
    }

    HostArray host(Tensor tensor) {
        return ops.backend().download(tensor);
    }

    Optional<Attribute> attribute(String name) {
        asked.add(name);
        return Optional.ofNullable(node.attributes().get(name));
    }

    /** Says that attributes do not matter to what is computed here. */
    void ignore(String... names) {
        asked.addAll(List.of(names));
    }

    double real(String name, double otherwise) {
        return attribute(name).map(given -> given instanceof Attribute.Real(double value) ? value : mistyped(name, given, "a float")).orElse(otherwise);
    }

    long whole(String name, long otherwise) {
        return optionalWhole(name).orElse(otherwise);
    }

    Optional<Long> optionalWhole(String name) {
        return attribute(name).map(given -> given instanceof Attribute.Whole(long value) ? (Long) value : mistyped(name, given, "an int"));
    }

    boolean flag(String name, boolean otherwise) {
        return whole(name, otherwise ? 1 : 0) != 0;
    }

    String word(String name, String otherwise) {
        return attribute(name).map(given -> given instanceof Attribute.Word(String value) ? value : mistyped(name, given, "a string")).orElse(otherwise);
    }

    Optional<long[]> wholes(String name) {
        return list(name, "ints", given -> given instanceof Attribute.Wholes(ImmutableLongArray values) ? values.toArray() : null);
    }

    Optional<double[]> reals(String name) {
        return list(name, "floats", given -> given instanceof Attribute.Reals(ImmutableDoubleArray values) ? values.toArray() : null);
    }

    private <T> Optional<T> list(String name, String right, Function<Attribute, T> values) {
        return attribute(name).map(given -> Optional.ofNullable(values.apply(given)).orElseGet(() -> mistyped(name, given, right)));
    }

    private <T> T mistyped(String name, Attribute given, String right) {
        throw bad(Text.format("needs %s as its attribute %s, not %s", right, Shown.name(name), given.kind()));
    }

    /** The file asks for something that the operator does not mean. */
    BadInput bad(String message) {
        return new BadInput(node.qualified() + " " + message);
    }

    Unsupported unsupported(String reason) {
        return new Unsupported(reason);
    }

    /** Refuses what the operator did not ask for. */
    void requireAllAsked() {
        for (String name : node.attributes().keySet().stream().sorted().toList()) {
            if (!asked.contains(name)) {
                throw unsupported(Text.format("%s with the attribute %s is not evaluated", Shown.name(node.qualified()), Shown.name(name)));
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).isPresent() && !asked.contains(i)) {
                throw unsupported(Text.format("%s with an input %d is not evaluated", Shown.name(node.qualified()), i));
            }
        }
    }
}
