package io.fluxo.experiments.verify.claim;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.layer.Pass;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;

/** Arithmetic on the chapter's printed vectors. */
final class PrintedVectors {

    private PrintedVectors() {}

    static double tolerance(DType dtype) {
        return dtype == DType.F64 ? 1e-10 : 1e-5;
    }

    /** A function of vectors of width 4, on a backend. */
    interface Computation {
        Tensor run(Ops ops, Tensor a, Tensor b);
    }

    static double[] compute(Apparatus apparatus, double[] a, double[] b, Computation computation) {
        Backend backend = apparatus.backend();
        try (TensorScope _ = backend.openScope()) {
            Shape shape = Shape.of(1, a.length);
            Tensor left = backend.upload(HostArray.of(shape, apparatus.dtype(), a));
            Tensor right = backend.upload(HostArray.of(shape, apparatus.dtype(), b));
            return backend.download(computation.run(Pass.evaluation(backend), left, right)).toDoubles();
        }
    }
}
