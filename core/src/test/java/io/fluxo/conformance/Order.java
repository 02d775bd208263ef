package io.fluxo.conformance;

import java.util.List;
import java.util.stream.Stream;

/** The order in which a backend's operations are best written: each needs only what stands before it, as far as that can be. */
final class Order {

    /** Primitives: values out of nothing, elementwise, reductions, products, movement, indexing, types, randomness. */
    static final List<String> PRIMITIVES = List.of(
            "constant", "iota",
            "neg", "add", "sub", "mul", "div", "maximum", "exp", "log", "sqrt", "sin", "cos", "tanh", "erf", "less", "equal", "and", "or", "not", "where",
            "sum", "max", "argMax",
            "matMul",
            "splitAxis", "mergeAxes", "permute", "expand", "slice", "pad", "concat",
            "gather", "scatterAdd",
            "cast", "stopGradient",
            "randomUniform");

    /** Fused operations: a backend that has no kernel of its own runs their compositions. */
    static final List<String> FUSED = List.of("linear", "relu", "gelu", "softmax", "logSoftmax", "layerNorm", "rmsNorm", "rotate", "crossEntropy", "dropout", "attention");

    /** Groups of checks that stand before any operation: values go up and come back, scopes free them. */
    private static final String FIRST = "scopes";

    private static final List<String> ALL = Stream.of(List.of(FIRST), PRIMITIVES, List.of("chain"), FUSED).flatMap(List::stream).toList();

    private Order() {}

    /** The place of a row; what is not listed stands last, in the order in which it came. */
    static int of(String subject) {
        int place = ALL.indexOf(subject);
        return place >= 0 ? place : ALL.size();
    }
}
