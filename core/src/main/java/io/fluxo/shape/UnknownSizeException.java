package io.fluxo.shape;

import java.util.stream.Collectors;

/** Somebody asked for the number that a symbolic size stands for. */
public final class UnknownSizeException extends IllegalStateException {

    private final String sizes;

    UnknownSizeException(Dim size) {
        super("the size " + size + " is symbolic: it has no number");
        sizes = size.toString();
    }

    UnknownSizeException(Shape shape) {
        super("the shape " + shape + " is symbolic: it has no number of elements");
        sizes = shape.dims().stream().filter(size -> !size.isKnown()).map(Dim::toString).distinct().collect(Collectors.joining(", "));
    }

    /** What was asked for: {@code pos}. */
    public String sizes() {
        return sizes;
    }
}
