package io.fluxo.experiments.compare.onnx;

import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import io.fluxo.experiments.compare.onnx.Model.Kind;
import io.fluxo.experiments.compare.onnx.Model.Port;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads a ModelProto and the messages within it, by the numbers of their fields. */
final class ModelReader {

    private ModelReader() {}

    private record Opset(String domain, long version) {}

    private record Graph(List<Node> nodes, Map<String, OnnxTensor> initializers, List<Port> inputs, List<Port> outputs) {}

    private record Named(String name, Attribute attribute) {}

    static Model read(Fields fields) {
        Map<String, Long> opsets = new HashMap<>();
        Graph graph = null;
        while (fields.next()) {
            switch (fields.number()) {
                case 7 -> {
                    if (graph != null) {
                        throw fields.bad("holds two graphs; a model has one");
                    }
                    graph = fields.message("graph", ModelReader::graph);
                }
                case 8 -> {
                    Opset opset = fields.message("opset_import", ModelReader::opset);
                    opsets.put(opset.domain, opset.version);
                    bounded(fields, opsets.size(), Bounds.PARTS, "operator sets");
                }
                default -> fields.skip();
            }
        }
        if (graph == null) {
            throw fields.bad("holds no graph: not an ONNX model, or cut off");
        }
        if (opsets.isEmpty()) {
            throw fields.bad("names no operator set, so that its operators have no meaning; opset_import is needed");
        }
        return new Model(opsets, graph.nodes, graph.initializers, graph.inputs, graph.outputs);
    }

    private static Opset opset(Fields fields) {
        String domain = "";
        long version = 0;
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> domain = fields.text();
                case 2 -> version = fields.whole();
                default -> fields.skip();
            }
        }
        return new Opset(domain.equals("ai.onnx") ? "" : domain, version);
    }

    private static Graph graph(Fields fields) {
        List<Node> nodes = new ArrayList<>();
        Map<String, OnnxTensor> initializers = new HashMap<>();
        List<Port> inputs = new ArrayList<>();
        List<Port> outputs = new ArrayList<>();
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> add(fields, nodes, "node", ModelReader::node, Bounds.PARTS);
                case 5 -> {
                    OnnxTensor tensor = fields.message("initializer " + initializers.size(), TensorReader::read);
                    initializers.put(tensor.name(), tensor);
                    bounded(fields, initializers.size(), Bounds.PARTS, "initializers");
                }
                case 11 -> add(fields, inputs, "input", ModelReader::port, Bounds.PARTS);
                case 12 -> add(fields, outputs, "output", ModelReader::port, Bounds.PARTS);
                case 15 -> throw fields.bad("brings a sparse initializer; only dense tensors are read");
                default -> fields.skip();
            }
        }
        return new Graph(nodes, initializers, inputs, outputs);
    }

    private static Port port(Fields fields) {
        String name = "";
        Kind kind = Kind.TENSOR;
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> name = fields.text();
                case 2 -> kind = fields.message("type", ModelReader::kind);
                default -> fields.skip();
            }
        }
        return new Port(name, kind);
    }

    private static Kind kind(Fields fields) {
        Kind kind = Kind.TENSOR;
        while (fields.next()) {
            kind = switch (fields.number()) {
                case 1 -> Kind.TENSOR;
                case 4 -> Kind.SEQUENCE;
                case 5 -> Kind.MAP;
                case 7 -> Kind.OPAQUE;
                case 8 -> Kind.SPARSE;
                case 9 -> Kind.OPTIONAL;
                default -> kind;
            };
            fields.skip();
        }
        return kind;
    }

    private static Node node(Fields fields) {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        String operator = "";
        String domain = "";
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> inputs.add(fields.text());
                case 2 -> outputs.add(fields.text());
                case 4 -> operator = fields.text();
                case 5 -> {
                    Named named = fields.message("attribute " + attributes.size(), ModelReader::attribute);
                    attributes.put(named.name, named.attribute);
                }
                case 7 -> domain = fields.text();
                default -> fields.skip();
            }
            bounded(fields, inputs.size() + outputs.size() + attributes.size(), Bounds.NODE_PARTS, "inputs, outputs and attributes");
        }
        if (operator.isEmpty()) {
            throw fields.bad("names no operator");
        }
        return new Node(operator, domain, inputs, outputs, attributes);
    }

    private static Named attribute(Fields fields) {
        String name = "";
        long type = 0;
        double real = 0;
        long whole = 0;
        String word = "";
        Optional<OnnxTensor> tensor = Optional.empty();
        ImmutableDoubleArray.Builder reals = ImmutableDoubleArray.builder();
        ImmutableLongArray.Builder wholes = ImmutableLongArray.builder();
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> name = fields.text();
                case 2 -> real = fields.real();
                case 3 -> whole = fields.whole();
                case 4 -> word = fields.text();
                case 5 -> tensor = Optional.of(fields.message("tensor", TensorReader::read));
                case 7 -> fields.reals(reals);
                case 8 -> fields.wholes(wholes);
                case 20 -> type = fields.whole();
                default -> fields.skip();
            }
        }
        String where = Shown.name(name);
        return new Named(name, switch ((int) Math.clamp(type, -1, 100)) {
            case 1 -> new Attribute.Real(real);
            case 2 -> new Attribute.Whole(whole);
            case 3 -> new Attribute.Word(word);
            case 4 -> new Attribute.Values(tensor.orElseThrow(() -> fields.bad(where + " is said to be a tensor, and holds none")));
            case 5 -> new Attribute.Other("a graph");
            case 6 -> new Attribute.Reals(reals.build());
            case 7 -> new Attribute.Wholes(wholes.build());
            case 8 -> new Attribute.Other("strings");
            case 9 -> new Attribute.Other("tensors");
            case 10 -> new Attribute.Other("graphs");
            case 11, 12 -> new Attribute.Other("sparse tensors");
            case 13, 14 -> new Attribute.Other("types");
            default -> throw fields.bad(Text.format("%s has the type %d; types are 1 (a float) … 14", where, type));
        });
    }

    private static <T> void add(Fields fields, List<T> to, String name, Function<Fields, T> reader, int most) {
        to.add(fields.message(name + " " + to.size(), reader));
        bounded(fields, to.size(), most, name + "s");
    }

    private static void bounded(Fields fields, int count, int most, String what) {
        if (count > most) {
            throw fields.bad(Text.format("more than %,d %s", most, what));
        }
    }
}
