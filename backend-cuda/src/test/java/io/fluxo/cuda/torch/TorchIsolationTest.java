package io.fluxo.cuda.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.cuda.natives.WorldContract;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Skipped where {@code ./fluxo install torch} has not been run. */
class TorchIsolationTest extends WorldContract {

    TorchIsolationTest() {
        super(Natives.TORCH, "libtorch", "org.bytedeco.pytorch.global.torch");
    }

    @Override
    protected BackendProvider provider() {
        return new TorchProvider(Installation.here());
    }

    /** libtorch shares out its sums among its threads: it is given one, whatever is asked for. */
    @Test
    void theNumberOfThreadsChangesNoBit() {
        assertThat(losses(2, 20)).isEqualTo(losses(1, 20));
    }

    /** A number that is kept for the next time is nobody's to write to. */
    @Test
    void anUpdateOfANumberLeavesTheNextOneAsItIs() {
        try (Backend backend = provider().open(BackendOptions.DEFAULT)) {
            Ops ops = new Ops(backend);
            for (Shape shape : new Shape[] {Shape.SCALAR, Shape.of(3)}) {
                Tensor sum = ops.constant(Scalar.ONE, shape, DType.F32);
                backend.update(new UpdateOp.Accumulate(), sum, ops.constant(Scalar.ONE, shape, DType.F32));
                assertThat(backend.download(ops.constant(Scalar.ONE, shape, DType.F32)).toDoubles()).containsOnly(1);
            }
        }
    }
}
