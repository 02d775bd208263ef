package io.fluxo.experiments.compare.onnx;

import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads one TensorProto. */
final class TensorReader {

    private final Fields fields;
    private final ImmutableLongArray.Builder dims = ImmutableLongArray.builder();
    private final ImmutableLongArray.Builder wholes = ImmutableLongArray.builder();
    private final ImmutableDoubleArray.Builder reals = ImmutableDoubleArray.builder();
    private String name = "";
    private long code;
    private byte[] raw;

    private TensorReader(Fields fields) {
        this.fields = fields;
    }

    static OnnxTensor read(Fields fields) {
        return new TensorReader(fields).read();
    }

    private OnnxTensor read() {
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> fields.wholes(dims);
                case 2 -> code = fields.whole();
                case 3 -> throw fields.bad("the tensor is one segment of a larger one; only whole tensors are read");
                case 4 -> fields.reals(reals);
                case 5, 7, 11 -> fields.wholes(wholes);
                case 8 -> name = fields.text();
                case 9 -> raw = fields.bytes();
                case 10 -> fields.doubles(reals);
                case 13 -> throw fields.bad("the tensor's values are in another file; tests of operators hold them themselves");
                default -> fields.skip();
            }
        }
        ElementType type = ElementType.of(code).orElseThrow(() -> fields.bad(Text.format("there is no element type %d; known are 1 (float32) … 28", code)));
        Shape shape = shape(dims.build());
        return new OnnxTensor(name, type, shape, type.dtype().map(dtype -> values(type, dtype, shape)));
    }

    private Shape shape(ImmutableLongArray sizes) {
        if (sizes.length() > Bounds.AXES) {
            throw fields.bad(Text.format("%,d axes; at most %d are read", sizes.length(), Bounds.AXES));
        }
        long elements = 1;
        for (int axis = 0; axis < sizes.length(); axis++) {
            long size = sizes.get(axis);
            if (size < 0 || size > Bounds.ELEMENTS || elements * size > Bounds.ELEMENTS) {
                throw fields.bad(Text.format("axis %d has the size %,d; sizes are 0 or more, and at most %,d elements are read", axis, size, Bounds.ELEMENTS));
            }
            elements *= size;
        }
        return Shape.of(sizes.stream().mapToInt(size -> (int) size).toArray());
    }

    private HostArray values(ElementType type, DType dtype, Shape shape) {
        if (raw != null) {
            long needed = type.bytes(shape.elements());
            if (raw.length != needed) {
                throw fields.bad(Text.format("%,d bytes of values; %s of %s are %,d", raw.length, shape, type.label(), needed));
            }
            return raw(dtype, shape);
        }
        double[] listed = dtype == DType.F32 || dtype == DType.F64 ? reals.build().toArray() : null;
        long[] counted = listed == null ? wholes.build().toArray() : null;
        int count = listed != null ? listed.length : counted.length;
        if (count != shape.elements()) {
            throw fields.bad(Text.format("%,d values; %s of %s has %,d elements", count, shape, type.label(), shape.elements()));
        }
        return listed != null ? HostArray.of(shape, dtype, listed) : whole(dtype, shape, counted);
    }

    private HostArray raw(DType dtype, Shape shape) {
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        int count = shape.elements();
        return switch (dtype) {
            case F32 -> {
                float[] values = new float[count];
                bytes.asFloatBuffer().get(values);
                yield HostArray.of(shape, values);
            }
            case F64 -> {
                double[] values = new double[count];
                bytes.asDoubleBuffer().get(values);
                yield HostArray.of(shape, values);
            }
            case I32 -> {
                int[] values = new int[count];
                bytes.asIntBuffer().get(values);
                yield HostArray.of(shape, values);
            }
            case I64 -> {
                long[] values = new long[count];
                bytes.asLongBuffer().get(values);
                yield HostArray.of(shape, values);
            }
            case BOOL, BF16 -> {
                long[] values = new long[count];
                for (int i = 0; i < count; i++) {
                    values[i] = dtype == DType.BOOL ? bytes.get() : bytes.getShort();
                }
                yield whole(dtype, shape, values);
            }
        };
    }

    /** Integers and truth values as they are listed; bfloat16 as its bits. */
    private HostArray whole(DType dtype, Shape shape, long[] values) {
        return switch (dtype) {
            case I64 -> HostArray.of(shape, values);
            case I32 -> {
                int[] ints = new int[values.length];
                for (int i = 0; i < ints.length; i++) {
                    ints[i] = (int) values[i];
                }
                yield HostArray.of(shape, ints);
            }
            case BOOL -> {
                boolean[] truths = new boolean[values.length];
                for (int i = 0; i < truths.length; i++) {
                    if (values[i] != 0 && values[i] != 1) {
                        throw fields.bad(Text.format("a truth value is %d; it is 0 or 1", values[i]));
                    }
                    truths[i] = values[i] == 1;
                }
                yield HostArray.of(shape, truths);
            }
            case BF16, F32, F64 -> {
                float[] floats = new float[values.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = Float.intBitsToFloat((int) values[i] << 16);
                }
                yield new HostArray(shape, dtype, floats);
            }
        };
    }
}
