package io.fluxo.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.backend.CheckedBackend.CheckFailedException;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.op.UpdateOp.SgdStep;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each check, with the fault that it is there for. */
class CheckedBackendTest {

    private final Backend ejml = new EjmlProvider().open(BackendOptions.DEFAULT);
    private final Backend checked = new CheckedBackend(ejml);
    private final Ops ops = new Ops(checked);

    @AfterEach
    void close() {
        checked.close();
    }

    @Test
    void aNaNOutOfNumbersNamesItsOperation() {
        assertThatThrownBy(() -> ops.sqrt(vector(checked, 4, -1))).isInstanceOf(CheckFailedException.class).hasMessageContaining("sqrt made a NaN");
        Tensor infinite = vector(checked, Float.POSITIVE_INFINITY, 1);
        assertThatThrownBy(() -> ops.sub(infinite, infinite)).isInstanceOf(CheckFailedException.class).hasMessageContaining("sub made a NaN");
    }

    @Test
    void aNaNThatCameInMayGoOn() {
        Tensor nan = vector(checked, Float.NaN, 1);
        Tensor doubled = ops.add(ops.exp(nan), nan);
        assertThat(checked.download(doubled).toDoubles()[0]).isNaN();
        assertThat(checked.download(ops.where(ops.equal(nan, nan), nan, ops.zerosLike(nan))).toDoubles()).containsExactly(0, 1);
    }

    @Test
    void aNaNOutOfAKernelIsFound() {
        Ops faulty = new Ops(new CheckedBackend(Faulty.forward(ejml, (honest, _, in) -> honest.log(honest.neg(in[0])))));
        assertThatThrownBy(() -> faulty.gelu(vector(faulty, 1, 2))).isInstanceOf(CheckFailedException.class).hasMessageContaining("gelu made a NaN");
    }

    @Test
    void aWrongShapeOrTypeIsFound() {
        Ops wrongShape = faulty(result -> new Ops(ejml).unsqueeze(result, 0));
        assertThatThrownBy(() -> wrongShape.exp(vector(wrongShape, 1, 2))).isInstanceOf(CheckFailedException.class)
                .hasMessageContaining("exp must return f32 [2], but returned f32 [1, 2]");
        Ops wrongType = faulty(result -> new Ops(ejml).cast(result, DType.F64));
        assertThatThrownBy(() -> wrongType.exp(vector(wrongType, 1, 2))).isInstanceOf(CheckFailedException.class).hasMessageContaining("returned f64 [2]");
    }

    private Ops faulty(UnaryOperator<Tensor> fault) {
        return new Ops(new CheckedBackend(Faulty.primitive(ejml, (honest, op, in) -> op instanceof Exp ? fault.apply(honest.exp(in[0])) : null)));
    }

    @Test
    void aWrongGradientShapeIsFound() {
        Backend backend = new CheckedBackend(Faulty.backward(ejml, (honest, _, _, g, _) -> new Tensor[] {honest.sumOver(g, 0)}));
        Tensor x = vector(backend, 1, 2);
        var forward = backend.runFused(new FusedOp.Relu(), true, x);
        assertThatThrownBy(() -> backend.backward(new FusedOp.Relu(), new Tensor[] {x}, forward, x)).isInstanceOf(CheckFailedException.class)
                .hasMessageContaining("relu must return f32 [2], but returned f32 []");
    }

    @Test
    void useAfterItsScopeClosed() {
        Tensor x;
        Tensor kept;
        try (TensorScope scope = checked.openScope()) {
            x = vector(checked, 1, 2);
            kept = scope.keep(ops.neg(x));
        }
        assertThatThrownBy(() -> ops.add(kept, x)).isInstanceOf(CheckFailedException.class).hasMessage("add: the tensor [2] is used after its scope closed");
        assertThatThrownBy(() -> checked.download(x)).isInstanceOf(CheckFailedException.class).hasMessageContaining("download");
        assertThat(checked.download(ops.neg(kept)).toDoubles()).containsExactly(1, 2);
    }

    @Test
    void useAfterDonation() {
        Tensor x = vector(checked, 1, 2);
        Tensor sum = checked.update(new Accumulate(), x, vector(checked, 3, 4))[0];
        assertThatThrownBy(() -> ops.exp(x)).isInstanceOf(CheckFailedException.class).hasMessage("exp: the tensor [2] was taken over by accumulate");
        assertThatThrownBy(() -> checked.update(new Accumulate(), x, sum)).isInstanceOf(CheckFailedException.class);
        assertThat(checked.download(sum).toDoubles()).containsExactly(4, 6);
    }

    @Test
    void whatAnUpdateReturnsOutlivesTheInnerScope() {
        Tensor x = vector(checked, 1, 2);
        try (TensorScope _ = checked.openScope()) {
            x = checked.update(new Accumulate(), x, vector(checked, 3, 4))[0];
        }
        assertThat(checked.download(x).toDoubles()).containsExactly(4, 6);
    }

    @Test
    void anUpdateThatReturnsTooLittle() {
        Backend backend = new CheckedBackend(Faulty.update(ejml, (_, _, _) -> new Tensor[0]));
        assertThatThrownBy(() -> backend.update(new SgdStep(0), vector(backend, 1), vector(backend, 1), vector(backend, 1, 1, 1)))
                .isInstanceOf(CheckFailedException.class).hasMessageContaining("sgdStep took over 1 tensors and returned 0");
    }

    @Test
    void anotherBackendsTensor() {
        assertThatThrownBy(() -> ops.neg(vector(ejml, 1))).isInstanceOf(CheckFailedException.class).hasMessageContaining("belongs to another backend");
    }

    @Test
    void scopesCloseInReverseOrder() {
        TensorScope outer = checked.openScope();
        TensorScope inner = checked.openScope();
        assertThatThrownBy(outer::close).isInstanceOf(CheckFailedException.class).hasMessageContaining("reverse order");
        inner.close();
        outer.close();
    }

    @Test
    void kernelsOfTheInnerBackendAreUsed() {
        int[] calls = {0};
        Ops counted = new Ops(new CheckedBackend(Faulty.forward(ejml, (_, _, _) -> {
            calls[0]++;
            return null;
        })));
        counted.softmax(counted.constant(Scalar.ONE, Shape.of(3), DType.F32));
        assertThat(calls[0]).isEqualTo(1);
        assertThat(new CheckedBackend(ejml).name()).isEqualTo("checked(ejml)");
    }

    private static Tensor vector(Ops ops, float... values) {
        return vector((Backend) ops.engine(), values);
    }

    private static Tensor vector(Backend backend, float... values) {
        return backend.upload(HostArray.of(Shape.of(values.length), values));
    }
}
