package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Norms. The standard's begin at any axis; Fluxo's are over the last, and so the axes that are normalised become one. */
final class Norms {

    private static final double EPS = 1e-5;

    private Norms() {}

    static Map<String, Operator> table() {
        return Map.of(
                "LayerNormalization", new Operator(17, Norms::layer),
                "RMSNormalization", of(23, Norms::rms),
                "BatchNormalization", new Operator(9, Norms::batch),
                "InstanceNormalization", of(6, Norms::instance),
                "GroupNormalization", of(21, Norms::group));
    }

    /** Also the mean and 1/√(σ² + ε), with size 1 at the axes that are normalised. */
    private static Tensor[] layer(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        int axis = Shapes.axis(call, call.whole("axis", -1), x.rank());
        double eps = call.real("epsilon", EPS);
        requireFloat(call);
        Tensor rows = Shapes.rows(ops, x, axis);
        Tensor gain = vector(ops, call.in(1), x.shape(), axis);
        Optional<Tensor> bias = call.optional(2).map(b -> vector(ops, b, x.shape(), axis));
        Tensor normalized = bias.isPresent() ? ops.layerNorm(rows, gain, bias.get(), eps) : ops.mul(ops.layerNorm(rows, null, null, eps), gain);
        Tensor mean = ops.mean(rows, -1);
        Tensor centred = ops.sub(rows, mean);
        Tensor scale = Elementwise.reciprocal(ops, ops.sqrt(ops.shift(ops.mean(ops.mul(centred, centred), -1), eps)));
        int[] collapsed = Shapes.collapsed(x.shape(), axis);
        return new Tensor[] {Shapes.reshape(ops, normalized, x.shape()), Shapes.reshape(ops, mean, collapsed), Shapes.reshape(ops, scale, collapsed)};
    }

    private static Tensor rms(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        int axis = Shapes.axis(call, call.whole("axis", -1), x.rank());
        requireFloat(call);
        Tensor normalized = ops.rmsNorm(Shapes.rows(ops, x, axis), vector(ops, call.in(1), x.shape(), axis), call.real("epsilon", EPS));
        return Shapes.reshape(ops, normalized, x.shape());
    }

    /** Statistics are computed in float32 or more, which is what the attribute asks for. */
    private static void requireFloat(Call call) {
        if (call.whole("stash_type", 1) != 1) {
            throw call.unsupported("Fluxo's norms compute in the type of their input; another stash_type is not evaluated");
        }
    }

    /** {@code values}, broadcast to the axes of {@code shape} from {@code axis} on, as one vector. */
    private static Tensor vector(Ops ops, Tensor values, Shape shape, int axis) {
        Shape normalized = shape.slice(axis, shape.rank());
        return Shapes.reshape(ops, ops.expand(values, normalized), normalized.elements());
    }

    /** In inference the statistics are inputs. In training they are the batch's, and the running ones move towards them. */
    private static Tensor[] batch(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        double kept = call.real("momentum", 0.9);
        Tensor runningMean = call.in(3);
        Tensor runningVariance = call.in(4);
        if (!call.flag("training_mode", false)) {
            return new Tensor[] {normalized(call, x, runningMean, runningVariance)};
        }
        Tensor rows = Shapes.rows(ops, Shapes.toFirst(ops, x, 1), 1);                              // [channel elements]
        Tensor mean = ops.mean(rows, -1);
        Tensor centred = ops.sub(rows, mean);
        Tensor batchMean = ops.squeeze(mean, 1);
        Tensor batchVariance = ops.squeeze(ops.mean(ops.mul(centred, centred), -1), 1);
        return new Tensor[] {normalized(call, x, batchMean, batchVariance), moved(ops, runningMean, batchMean, kept),
                moved(ops, runningVariance, batchVariance, kept)};
    }

    private static Tensor normalized(Call call, Tensor x, Tensor mean, Tensor variance) {
        Ops ops = call.ops();
        Tensor scale = ops.sqrt(ops.shift(channel(ops, variance, x), call.real("epsilon", EPS)));
        return affine(call, ops.div(ops.sub(x, channel(ops, mean, x)), scale));
    }

    private static Tensor moved(Ops ops, Tensor running, Tensor batch, double kept) {
        return ops.add(ops.scale(running, kept), ops.scale(batch, 1 - kept));
    }

    /** Each channel times its gain, plus its bias. */
    private static Tensor affine(Call call, Tensor normalized) {
        Ops ops = call.ops();
        return ops.add(ops.mul(normalized, channel(ops, call.in(1), normalized)), channel(ops, call.in(2), normalized));
    }

    /** A vector along axis 1 of {@code x}. */
    private static Tensor channel(Ops ops, Tensor vector, Tensor x) {
        return Shapes.reshape(ops, vector, IntStream.range(0, x.rank() - 1).map(i -> i == 0 ? vector.shape().elements() : 1).toArray());
    }

    private static Tensor instance(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        Tensor normalized = Shapes.reshape(ops, ops.layerNorm(Shapes.rows(ops, x, 2), null, null, call.real("epsilon", EPS)), x.shape());
        return affine(call, normalized);
    }

    private static Tensor group(Call call) {
        Ops ops = call.ops();
        requireFloat(call);
        Tensor x = call.in(0);
        int groups = (int) Math.clamp(call.whole("num_groups", 1), 1, Bounds.ELEMENTS);
        int rows = Math.multiplyExact(x.dim(0).size(), groups);
        Tensor grouped = Shapes.reshape(ops, x, rows, x.shape().elements() / Math.max(1, rows));
        Tensor normalized = Shapes.reshape(ops, ops.layerNorm(grouped, null, null, call.real("epsilon", EPS)), x.shape());
        return affine(call, normalized);
    }
}
