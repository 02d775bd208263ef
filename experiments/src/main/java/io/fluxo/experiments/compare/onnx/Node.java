package io.fluxo.experiments.compare.onnx;

import java.util.List;
import java.util.Map;

/**
 * One operator of a graph.
 *
 * @param domain  whose operator it is; empty for the standard's own
 * @param inputs  names of values; an empty name is an input that is left out
 * @param outputs names of values; an empty name is an output that nobody reads
 */
record Node(String operator, String domain, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {

    Node {
        domain = domain.equals("ai.onnx") ? "" : domain;
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /** The operator's name, with its domain where that is not the standard's own. */
    String qualified() {
        return domain.isEmpty() ? operator : domain + "." + operator;
    }
}
