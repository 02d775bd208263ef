package io.fluxo.cuda.torch.inside;

import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;

/** libtorch says that an index is out of range, but not which. */
final class Indices {

    private Indices() {}

    /** An error that names the first of {@code indices} that is not one of {@code bound}. */
    static void check(TorchTensor indices, int bound, String op) {
        HostArray host = HostValues.download(indices.handle(), indices.shape(), indices.dtype());
        switch (host.array()) {
            case int[] values -> {
                for (int i = 0; i < values.length; i++) {
                    check(values[i], i, bound, op);
                }
            }
            case long[] values -> {
                for (int i = 0; i < values.length; i++) {
                    check(values[i], i, bound, op);
                }
            }
            default -> throw new IllegalArgumentException(Text.format("%s: indices are i32 or i64, not %s", op, indices.dtype().label()));
        }
    }

    private static void check(long index, int element, int bound, String op) {
        if (index < 0 || index >= bound) {
            throw new IndexOutOfBoundsException(Text.format("%s: index %d (element %d) is not one of %d rows", op, index, element, bound));
        }
    }
}
