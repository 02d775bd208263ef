package io.fluxo.experiments.compare.onnx;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.compare.onnx.Model.Port;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes a graph node by node. */
final class Evaluator {

    private final Model model;
    private final Pass ops;
    private final Map<String, Tensor> values = new HashMap<>();

    private Evaluator(Model model, Bounded backend) {
        this.model = model;
        this.ops = Pass.evaluation(backend);
    }

    /** An operation that Fluxo has, and that failed. */
    static final class Failed extends RuntimeException {
        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The graph's outputs in order.
     *
     * @param inputs by name
     * @throws Unsupported where Fluxo lacks an operator or a type
     * @throws Failed      where an operation fails
     * @throws BadInput    where the graph makes no sense
     */
    static List<HostArray> outputs(Model model, Map<String, OnnxTensor> inputs, Bounded backend) {
        Evaluator evaluator = new Evaluator(model, backend);
        model.initializers().forEach((name, tensor) -> evaluator.upload("the initializer", name, tensor));
        inputs.forEach((name, tensor) -> evaluator.upload("the input", name, tensor));
        model.nodes().forEach(evaluator::compute);
        return model.outputs().stream().map(Port::name).map(name -> backend.download(evaluator.value(name, "the graph returns"))).toList();
    }

    private void upload(String what, String name, OnnxTensor tensor) {
        values.put(name, Types.upload(ops.backend(), tensor, what + " " + Shown.name(name)));
    }

    private Tensor value(String name, String reader) {
        return Optional.ofNullable(values.get(name))
                .orElseThrow(() -> new BadInput(Text.format("%s the value %s, which nothing before makes", reader, Shown.name(name))));
    }

    private void compute(Node node) {
        long opset = Optional.ofNullable(model.opsets().get(node.domain()))
                .orElseThrow(() -> new BadInput(Text.format("%s is of the domain %s, whose version the model does not name", Shown.name(node.operator()),
                        Shown.name(node.domain()))));
        Operator operator = Operators.of(node, opset);
        List<Optional<Tensor>> inputs = new ArrayList<>();
        for (String name : node.inputs()) {
            inputs.add(name.isEmpty() ? Optional.empty() : Optional.of(value(name, node.operator() + " reads")));
        }
        Call call = new Call(node, opset, inputs, ops);
        Tensor[] outputs = computed(operator, call, node);
        call.requireAllAsked();
        for (int i = 0; i < node.outputs().size(); i++) {
            String name = node.outputs().get(i);
            if (!name.isEmpty()) {
                if (i >= outputs.length || outputs[i] == null) {
                    throw new Unsupported(Text.format("%s with an output %d, %s, is not evaluated", node.operator(), i, Shown.name(name)));
                }
                if (values.putIfAbsent(name, outputs[i]) != null) {
                    throw new BadInput(Text.format("%s makes the value %s a second time", node.operator(), Shown.name(name)));
                }
            }
        }
    }

    private static Tensor[] computed(Operator operator, Call call, Node node) {
        try {
            return operator.computing().compute(call);
        } catch (BadInput | Unsupported itself) {
            throw itself;
        } catch (UnsupportedOperationException lacking) {
            throw new Unsupported(Blame.said(lacking));
        } catch (RuntimeException failure) {
            throw new Failed(node.operator() + " failed: " + Blame.said(failure), failure);
        }
    }
}
