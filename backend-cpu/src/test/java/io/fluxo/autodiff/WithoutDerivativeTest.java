package io.fluxo.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations through which no gradient flows. */
class WithoutDerivativeTest {

    static List<PrimitiveOp> flat() {
        return List.of(new Less(), new Equal(), new And(), new Or(), new Not(), new ArgMax(0), new Constant(Scalar.ONE, Shape.of(2), DType.F64),
                new Iota(0, Shape.of(2), DType.F64), new RandomUniform(Shape.of(2), DType.F64), new StopGradient());
    }

    @ParameterizedTest
    @MethodSource("flat")
    void areNotRecordedAndHaveNoRule(PrimitiveOp op) {
        assertThat(VjpRules.isDifferentiable(op)).isFalse();
        try (Backend backend = backend()) {
            assertThatThrownBy(() -> VjpRules.pullBack(new Ops(backend), op, new Tensor[0], null, null)).isInstanceOf(IllegalStateException.class)
                    .hasMessage(op.name() + " has no derivative");
        }
    }

    @Test
    void aCastIsDifferentiableBetweenFloatingNumbers() {
        assertThat(VjpRules.isDifferentiable(new Cast(DType.F32))).isTrue();
        assertThat(VjpRules.isDifferentiable(new Cast(DType.I32))).isFalse();
        try (Backend backend = backend()) {
            Ops ops = new Ops(backend);
            Tensor whole = backend.upload(HostArray.of(Shape.of(2), new int[] {1, 2}));
            Tensor gradient = backend.upload(HostArray.of(Shape.of(2), new double[] {3, 4}));
            assertThat(VjpRules.pullBack(ops, new Cast(DType.F64), new Tensor[] {whole}, null, gradient)).containsExactly((Tensor) null);
            assertThat(VjpRules.pullBack(ops, new Cast(DType.F64), new Tensor[] {gradient}, null, gradient)).doesNotContainNull();
        }
    }

    private static Backend backend() {
        return new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    }
}
