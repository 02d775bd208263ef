package io.fluxo.stream;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which elements of a value are meant, axis by axis: {@code [:,:,3]} is head 3 of a value [batch pos head d_head]. Axes that are not named are meant whole.
 * {@code docs/hooks.md} lists the axes of every hook point.
 *
 * @param selectors from the first axis on; one {@link Selector.Rest} stands for as many axes as are left
 */
public record Index(List<Selector> selectors) {

    /** Everything. */
    public static final Index ALL = new Index(List.of());

    /** All of an axis. */
    public static final Selector EVERY = new Selector.Range(0, Optional.empty());

    /** What is meant of one axis. Negative numbers count from its end. */
    public sealed interface Selector {

        /** These elements, in any order. */
        record Chosen(List<Integer> elements) implements Selector {
            public Chosen {
                elements = List.copyOf(elements);
                if (elements.isEmpty()) {
                    throw new IllegalArgumentException("an index has to name at least one element of an axis");
                }
            }

            @Override
            public String toString() {
                return elements.size() == 1 ? elements.getFirst().toString() : elements.stream().map(Object::toString).collect(Collectors.joining(",", "[", "]"));
            }
        }

        /** From {@code from} to before {@code to}; to the end where that is empty. */
        record Range(int from, Optional<Integer> to) implements Selector {
            @Override
            public String toString() {
                return (from == 0 ? "" : from) + ":" + to.map(Object::toString).orElse("");
            }
        }

        /** All of as many axes as the others leave. */
        record Rest() implements Selector {
            @Override
            public String toString() {
                return "...";
            }
        }
    }

    public Index {
        selectors = List.copyOf(selectors);
        if (selectors.stream().filter(Selector.Rest.class::isInstance).count() > 1) {
            throw new IllegalArgumentException("an index can have one '...' only");
        }
    }

    /** Out of one selector for each axis. */
    public static Index of(Selector... selectors) {
        return new Index(List.of(selectors));
    }

    /** These elements of an axis. */
    public static Selector at(int... elements) {
        return new Selector.Chosen(Arrays.stream(elements).boxed().toList());
    }

    /** Elements {@code from} to before {@code to} of an axis. */
    public static Selector range(int from, int to) {
        return new Selector.Range(from, Optional.of(to));
    }

    /** These positions of a value [batch pos …]. */
    public static Index positions(int... positions) {
        return of(EVERY, at(positions));
    }

    /** These heads of a value [batch pos head …]. */
    public static Index heads(int... heads) {
        return of(EVERY, EVERY, at(heads));
    }

    /** These elements of the last axis: neurons of {@code mlp.hook_post}, features of the stream. */
    public static Index neurons(int... neurons) {
        return of(new Selector.Rest(), at(neurons));
    }

    /** Out of its text: {@code [:,2:5,[3,7]]}, {@code [...,3]}. */
    public static Index parse(String text) {
        return IndexText.parse(text);
    }

    /** {@code changed} where this means it, else {@code value}. {@code changed} broadcasts to the shape of {@code value}. */
    Tensor choose(Ops ops, HookPoint point, Tensor value, Tensor changed) {
        Tensor result = ops.expand(changed, value.shape());
        List<Selector> each = perAxis(point, value.shape());
        Optional<Tensor> meant = Optional.empty();
        for (int axis = 0; axis < each.size(); axis++) {
            if (!each.get(axis).equals(EVERY)) {
                Tensor here = meant(ops, point, value.shape(), axis, each.get(axis));
                meant = Optional.of(meant.map(before -> ops.and(before, here)).orElse(here));
            }
        }
        return meant.map(condition -> ops.where(condition, result, value)).orElse(result);
    }

    private List<Selector> perAxis(HookPoint point, Shape shape) {
        int rank = shape.rank();
        boolean open = selectors.stream().anyMatch(Selector.Rest.class::isInstance);
        int named = selectors.size() - (open ? 1 : 0);
        if (named > rank) {
            throw new IllegalArgumentException(Text.format("%s%s: the index names %d axes, and the value %s has %d", point.name(), this, named, shape, rank));
        }
        List<Selector> each = new ArrayList<>();
        for (Selector selector : selectors) {
            if (selector instanceof Selector.Rest) {
                IntStream.range(0, rank - named).forEach(_ -> each.add(EVERY));
            } else {
                each.add(selector);
            }
        }
        return each;
    }

    /** A condition that broadcasts: whether an element's place on {@code axis} is meant. */
    private Tensor meant(Ops ops, HookPoint point, Shape shape, int axis, Selector selector) {
        Shape along = Shape.of(IntStream.range(0, shape.rank()).mapToObj(i -> i == axis ? shape.dim(i) : Dim.ONE).toList());
        Tensor places = ops.iota(axis, along, DType.I32);
        int size = shape.size(axis);
        return switch (selector) {
            case Selector.Chosen(List<Integer> elements) -> elements.stream().map(element -> ops.equal(places, whole(ops, place(point, shape, axis, element, size - 1))))
                    .reduce(ops::or).orElseThrow();
            case Selector.Range(int from, Optional<Integer> to) -> {
                int first = place(point, shape, axis, from, size);
                int end = to.map(given -> place(point, shape, axis, given, size)).orElse(size);
                if (end <= first) {
                    throw new IllegalArgumentException(Text.format("%s%s: %s means nothing of an axis of %d elements, in %s", point.name(), this, selector, size, shape));
                }
                yield ops.and(ops.not(ops.less(places, whole(ops, first))), ops.less(places, whole(ops, end)));
            }
            case Selector.Rest _ -> throw new IllegalStateException("'...' stands for axes that are meant whole");
        };
    }

    private int place(HookPoint point, Shape shape, int axis, int given, int largest) {
        int place = given < 0 ? given + shape.size(axis) : given;
        if (place < 0 || place > largest) {
            throw new IllegalArgumentException(Text.format("%s%s: axis %d of the value %s has %d elements, and %d is not one of them", point.name(), this, axis, shape,
                    shape.size(axis), given));
        }
        return place;
    }

    private static Tensor whole(Ops ops, int value) {
        return ops.constant(Scalar.of(value), DType.I32);
    }

    /** Its text: {@code [:,:,3]}; nothing where everything is meant. */
    @Override
    public String toString() {
        return selectors.isEmpty() ? "" : selectors.stream().map(Object::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
