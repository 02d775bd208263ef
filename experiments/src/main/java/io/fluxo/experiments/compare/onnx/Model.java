package io.fluxo.experiments.compare.onnx;

import java.util.List;
import java.util.Map;

/**
 * What is read of a model file.
 *
 * @param opsets       version of the operators of each domain; the standard's own domain is empty
 * @param nodes        in the order in which they are computed
 * @param initializers values that the file brings, by name
 * @param inputs       what a test gives, in order
 * @param outputs      what a test expects, in order
 */
record Model(Map<String, Long> opsets, List<Node> nodes, Map<String, OnnxTensor> initializers, List<Port> inputs, List<Port> outputs) {

    Model {
        opsets = Map.copyOf(opsets);
        nodes = List.copyOf(nodes);
        initializers = Map.copyOf(initializers);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A value that enters or leaves a graph. */
    record Port(String name, Kind kind) {}

    /** What a value is, by the fields of TypeProto. */
    enum Kind {
        TENSOR("a tensor"), SEQUENCE("a sequence"), MAP("a map"), SPARSE("a sparse tensor"), OPTIONAL("an optional value"), OPAQUE("an opaque value");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }
}
