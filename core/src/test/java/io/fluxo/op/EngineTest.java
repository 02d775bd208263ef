package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.LayerNorm;
import io.fluxo.op.FusedOp.Relu;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an engine does that has primitives alone. */
class EngineTest {

    private final Engine plain = new ShapesOnly();

    @Test
    void hasNoKernelAndSaysSo() {
        Relu relu = new Relu();
        assertThat(plain.fuses(relu)).isFalse();
        assertThatThrownBy(() -> plain.runFused(relu, false, Handle.f32(2))).isInstanceOf(IllegalStateException.class).hasMessage("there is no kernel for Relu[]");
        assertThatThrownBy(() -> plain.backward(relu, new Tensor[] {Handle.f32(2)}, null, Handle.f32(2))).isInstanceOf(IllegalStateException.class)
                .hasMessage("there is no kernel for Relu[]");
        assertThat(plain.runShowing(new LayerNorm(1e-5, false), EnumSet.allOf(Inside.class), Handle.f32(2))).isEmpty();
    }

    @Test
    void updatesByTheComposition() {
        assertThat(plain.update(new Accumulate(), Handle.f32(2), Handle.f32(2))).containsExactly(Handle.f32(2));
        List<Tensor[]> all = plain.updateAll(new Accumulate(), List.of(new Tensor[] {Handle.f32(2), Handle.f32(2)}, new Tensor[] {Handle.f32(3), Handle.f32(3)}));
        assertThat(all).hasSize(2);
        assertThat(all.get(0)).containsExactly(Handle.f32(2));
        assertThat(all.get(1)).containsExactly(Handle.f32(3));
    }
}
