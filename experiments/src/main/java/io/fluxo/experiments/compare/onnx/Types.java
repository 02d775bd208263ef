package io.fluxo.experiments.compare.onnx;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.stream.Collectors;

/** Which of a file's values a backend can hold. */
final class Types {

    private Types() {}

    /** Brings a file's tensor to the backend. */
    static Tensor upload(Backend backend, OnnxTensor tensor, String what) {
        return backend.upload(values(backend, tensor, what));
    }

    /** The values, of a type that Fluxo has and the backend computes in. */
    static HostArray values(Backend backend, OnnxTensor tensor, String what) {
        HostArray values = tensor.values().orElseThrow(() -> unknown(tensor.type(), what));
        requireComputed(backend, values.dtype(), what);
        return values;
    }

    static void requireComputed(Backend backend, DType dtype, String what) {
        if (dtype.isFloating() && !backend.dtypes().contains(dtype)) {
            String known = backend.dtypes().stream().sorted().map(DType::label).collect(Collectors.joining(" and "));
            throw new Unsupported(Text.format("%s computes in %s, not in %s (%s)", backend.name(), known, dtype.label(), what));
        }
    }

    static Unsupported unknown(ElementType type, String what) {
        return new Unsupported(Text.format("the type %s does not exist in Fluxo (%s)", type.label(), what));
    }
}
