package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Values that come out of a file or of a shape. */
final class Sources {

    private Sources() {}

    static Map<String, Operator> table() {
        return Map.of(
                "Constant", of(1, Sources::constant),
                "ConstantOfShape", of(9, Sources::filled),
                "Shape", of(1, Sources::shape),
                "Size", of(1, call -> uploaded(call, HostArray.of(Shape.SCALAR, (long) call.in(0).shape().elements()))),
                "Range", of(11, Sources::range));
    }

    private static Tensor uploaded(Call call, HostArray values) {
        Types.requireComputed(call.ops().backend(), values.dtype(), "a constant");
        return call.ops().backend().upload(values);
    }

    private static Tensor constant(Call call) {
        Optional<Attribute> tensor = call.attribute("value");
        Optional<double[]> reals = call.reals("value_floats");
        Optional<long[]> wholes = call.wholes("value_ints");
        if (tensor.isPresent()) {
            return given(call, tensor.get());
        }
        if (reals.isPresent()) {
            return uploaded(call, HostArray.of(Shape.of(reals.get().length), DType.F32, reals.get()));
        }
        if (wholes.isPresent()) {
            return uploaded(call, HostArray.of(Shape.of(wholes.get().length), wholes.get()));
        }
        if (call.attribute("value_int").isPresent()) {
            return uploaded(call, HostArray.of(Shape.SCALAR, call.whole("value_int", 0)));
        }
        if (call.attribute("value_float").isPresent()) {
            return uploaded(call, HostArray.of(Shape.SCALAR, (float) call.real("value_float", 0)));
        }
        throw call.unsupported("Constant is evaluated for tensors and numbers");
    }

    private static Tensor given(Call call, Attribute attribute) {
        if (attribute instanceof Attribute.Values(OnnxTensor tensor)) {
            return Types.upload(call.ops().backend(), tensor, "a constant");
        }
        throw call.bad("needs a tensor as its attribute 'value', not " + attribute.kind());
    }

    private static Tensor filled(Call call) {
        Shape shape = Shape.of(Shapes.sizes(call, call.wholes(0).orElseThrow(() -> call.bad("needs a shape as its input 0"))));
        Tensor value = call.attribute("value").map(given -> given(call, given)).orElseGet(() -> call.ops().constant(Scalar.ZERO, DType.F32));
        return call.ops().expand(Shapes.reshape(call.ops(), value), shape);
    }

    private static Tensor shape(Call call) {
        int[] sizes = call.in(0).shape().sizes();
        int start = position(call.whole("start", 0), sizes.length);
        int end = position(call.whole("end", sizes.length), sizes.length);
        long[] part = Arrays.stream(Arrays.copyOfRange(sizes, start, Math.max(start, end))).asLongStream().toArray();
        return uploaded(call, HostArray.of(Shape.of(part.length), part));
    }

    private static int position(long given, int rank) {
        return (int) Math.clamp(given < 0 ? given + rank : given, 0, rank);
    }

    /** start, start + delta … below limit. */
    private static Tensor range(Call call) {
        double start = call.number(0);
        double count = Math.max(0, Math.ceil((call.number(1) - start) / call.number(2)));
        if (!(count <= Bounds.ELEMENTS)) {
            throw call.bad("makes more than " + Bounds.ELEMENTS + " numbers");
        }
        DType dtype = call.in(0).dtype();
        double delta = call.number(2);
        double[] values = LongStream.range(0, (long) count).mapToDouble(i -> start + i * delta).toArray();
        return uploaded(call, HostArray.of(Shape.of(values.length), dtype, values));
    }
}
