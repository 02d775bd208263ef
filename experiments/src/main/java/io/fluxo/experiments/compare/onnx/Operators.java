package io.fluxo.experiments.compare.onnx;

import io.fluxo.text.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Every operator that is evaluated, by its name. What is not here has no operation in Fluxo, or no transformer needs it. */
final class Operators {

    private static final Map<String, Operator> ALL = all();

    private Operators() {}

    static Operator of(Node node, long opset) {
        Operator operator = ALL.get(node.qualified());
        if (operator == null) {
            throw new Unsupported(Text.format("the operator %s is not expressed in Fluxo's operations", Shown.name(node.qualified())));
        }
        if (opset < operator.since()) {
            throw new Unsupported(Text.format("%s is evaluated as of version %d of its operator set; the model asks for version %d",
                    node.qualified(), operator.since(), opset));
        }
        return operator;
    }

    private static Map<String, Operator> all() {
        Map<String, Operator> all = new HashMap<>();
        Stream.of(Elementwise.table(), Activations.table(), Comparisons.table(), Reductions.table(), Products.table(), Movements.table(), Selections.table(),
                Sources.table(), Norms.table(), Losses.table(), OnnxAttention.table(), Rotary.table(), Training.table()).forEach(all::putAll);
        return Map.copyOf(all);
    }
}
