package io.fluxo.cuda.torch.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Truths;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Between Java's arrays and libtorch's. A truth value is a byte there. */
final class HostValues {

    private HostValues() {}

    static Tensor upload(HostArray host) {
        Tensor made = torch.empty(Sizes.of(host.shape()), new TensorOptions(Types.of(host.dtype())), new MemoryFormatOptional());
        if (host.elements() > 0) {
            Pointer data = made.data_ptr();
            switch (host.array()) {
                case float[] values -> new FloatPointer(data).put(values, 0, values.length);
                case double[] values -> new DoublePointer(data).put(values, 0, values.length);
                case int[] values -> new IntPointer(data).put(values, 0, values.length);
                case long[] values -> new LongPointer(data).put(values, 0, values.length);
                case boolean[] values -> new BytePointer(data).put(Truths.toBytes(values), 0, values.length);
                default -> throw new IllegalArgumentException("no values of a tensor: " + host.array().getClass());
            }
        }
        return made;
    }

    static HostArray download(Tensor tensor, Shape shape, DType dtype) {
        if (shape.elements() == 0) {
            return HostArray.of(shape, dtype, new double[0]);
        }
        Pointer data = tensor.contiguous().data_ptr();
        int count = shape.elements();
        return switch (dtype) {
            case F32, BF16 -> {
                float[] values = new float[count];
                new FloatPointer(data).get(values, 0, count);
                yield new HostArray(shape, dtype, values);
            }
            case F64 -> {
                double[] values = new double[count];
                new DoublePointer(data).get(values, 0, count);
                yield HostArray.of(shape, values);
            }
            case I32 -> {
                int[] values = new int[count];
                new IntPointer(data).get(values, 0, count);
                yield HostArray.of(shape, values);
            }
            case I64 -> {
                long[] values = new long[count];
                new LongPointer(data).get(values, 0, count);
                yield HostArray.of(shape, values);
            }
            case BOOL -> {
                byte[] values = new byte[count];
                new BytePointer(data).get(values, 0, count);
                yield HostArray.of(shape, Truths.ofBytes(values));
            }
        };
    }
}
