package io.fluxo.experiments.compare.onnx;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** Losses of classification. Classes stand at axis 1; Fluxo has them last. */
final class Losses {

    private Losses() {}

    static Map<String, Operator> table() {
        return Map.of(
                "SoftmaxCrossEntropyLoss", new Operator(12, Losses::crossEntropy),
                "NegativeLogLikelihoodLoss", Operator.of(12, Losses::likelihood),
                "Dropout", new Operator(7, Losses::dropout));
    }

    /** For each position, which class is right, whether it counts, and by what weight. */
    private record Targets(Tensor classes, Optional<Tensor> ignored, Optional<Tensor> weights) {}

    private static Tensor[] crossEntropy(Call call) {
        Ops ops = call.ops();
        Tensor logits = Shapes.toLast(ops, call.in(0), 1);
        Targets targets = targets(call);
        Tensor loss = reduced(call, ops.crossEntropy(logits, targets.classes), targets);
        return call.outputs() < 2 ? new Tensor[] {loss} : new Tensor[] {loss, Shapes.fromLast(ops, ops.logSoftmax(logits), 1)};
    }

    private static Tensor likelihood(Call call) {
        Ops ops = call.ops();
        Tensor logProbabilities = Shapes.toLast(ops, call.in(0), 1);
        Targets targets = targets(call);
        Tensor classes = ops.iota(logProbabilities.rank() - 1, logProbabilities.shape(), DType.I32);
        Tensor chosen = ops.equal(classes, ops.unsqueeze(targets.classes, -1));
        Tensor losses = ops.neg(ops.sumOver(ops.where(chosen, logProbabilities, ops.zerosLike(logProbabilities)), -1));
        return reduced(call, losses, targets);
    }

    /** A position that is ignored may name no class at all: class 0 stands for it. */
    private static Targets targets(Call call) {
        Ops ops = call.ops();
        Tensor given = call.in(1);
        Optional<Tensor> ignored = call.optionalWhole("ignore_index").map(index -> ops.equal(given, ops.constantLike(given, Scalar.of(index))));
        Tensor classes = ops.cast(ignored.map(these -> ops.where(these, ops.zerosLike(given), given)).orElse(given), DType.I32);
        return new Targets(classes, ignored, call.optional(2).map(weights -> ops.gather(weights, classes)));
    }

    private static Tensor reduced(Call call, Tensor losses, Targets targets) {
        Ops ops = call.ops();
        Tensor weighted = targets.weights.map(weights -> ops.mul(losses, weights)).orElse(losses);
        Tensor counted = counted(ops, weighted, targets);
        String reduction = call.word("reduction", "mean");
        return switch (reduction) {
            case "none" -> counted;
            case "sum" -> ops.sumAll(counted);
            case "mean" -> {
                Tensor ones = ops.constant(Scalar.ONE, losses.shape(), losses.dtype());
                yield ops.div(ops.sumAll(counted), ops.sumAll(counted(ops, targets.weights.orElse(ones), targets)));
            }
            default -> throw call.bad("reduces by " + Shown.name(reduction) + "; it is 'none', 'sum' or 'mean'");
        };
    }

    /** 0 where a position is ignored. */
    private static Tensor counted(Ops ops, Tensor values, Targets targets) {
        return targets.ignored.map(these -> ops.where(these, ops.zerosLike(values), values)).orElse(values);
    }

    /** Outside training, and with a ratio of 0, nothing is dropped. Which elements are dropped otherwise depends on the generator of random numbers. */
    private static Tensor[] dropout(Call call) {
        call.ignore("seed");
        Tensor x = call.in(0);
        boolean isTraining = call.opset() >= 12 && call.optional(2).isPresent() && call.number(2) != 0;
        double ratio = call.opset() < 12 ? call.real("ratio", 0.5) : call.optional(1).isPresent() ? call.number(1) : 0.5;
        if (isTraining && ratio != 0) {
            throw call.unsupported("random operator: the values expected come out of NumPy's generator, and Fluxo draws from its own");
        }
        Tensor kept = call.ops().constant(Scalar.ONE, Shape.of(x.shape().dims()), DType.BOOL);
        return new Tensor[] {x, call.opset() < 10 ? call.ops().cast(kept, x.dtype()) : kept};
    }
}
