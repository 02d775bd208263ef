package io.fluxo.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.op.Handle;
import io.fluxo.op.ShapesOnly;
import io.fluxo.shape.Dim;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** A shape that does not fit is reported where it happened. */
class LayerErrorTest {

    private static final Dim D_MODEL = Dim.of("d_model", 128);

    @Test
    void theInnermostLayerIsNamed() {
        FeedForward mlp = new FeedForward("blocks.3.mlp", D_MODEL, Dim.of("d_mlp", 512), (pass, x) -> pass.relu(x), true, Initializer.ZEROS, 0);
        Layer block = new Layer("blocks.3") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return mlp.forward(pass, x);
            }
        };
        mlp.parameters().forEach(parameter -> parameter.set(new Handle(parameter.shape(), DType.F32)));
        Handle x = Handle.f32(Dim.of("batch", 8), Dim.of("pos", 128), Dim.of("d_model", 256));
        assertThatThrownBy(() -> block.forward(Pass.evaluation(new ShapesOnly()), x)).isInstanceOf(ShapeMismatchException.class)
                .hasMessage("matmul: left [batch=8, pos=128, d_model=256] · right [d_model=128, d_mlp=512]: 256 ≠ 128 at blocks.3.mlp");
    }

    @Test
    void aParameterRefusesAnotherShape() {
        Parameter parameter = new Linear("blocks.0.attn", "Q", D_MODEL, Dim.of(64), false, Initializer.ZEROS).weight();
        assertThatThrownBy(() -> parameter.set(Handle.f32(64, 128))).hasMessageContaining("blocks.0.attn.W_Q").hasMessageContaining("[64, 128]");
        assertThatThrownBy(parameter::value).isInstanceOf(IllegalStateException.class).hasMessageContaining("blocks.0.attn.W_Q has no value yet");
    }

    @Test
    void aCellWithoutAValueIsNamedWithItsKind() {
        BatchNorm norm = new BatchNorm("ln", D_MODEL, true, 1e-5);
        Cell mean = norm.buffers().getFirst();
        assertThatThrownBy(mean::value).isInstanceOf(IllegalStateException.class)
                .hasMessage("the buffer ln.running_mean has no value yet: initialise or load the model first");
        assertThatThrownBy(() -> norm.parameters().getFirst().value()).hasMessageStartingWith("the parameter ln.w has no value yet");
        assertThatThrownBy(() -> mean.set(Handle.f32(64))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the buffer ln.running_mean is [d_model=128], not [64]");
        assertThat(mean).hasToString("ln.running_mean [d_model=128]");
    }

    /** A plugin's layer, which forgot to return something. */
    private static final class Forgetful extends Layer {

        private Forgetful(String path) {
            super(path);
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return null;
        }
    }

    @Test
    void aLayerThatReturnsNullIsNamedWithItsClass() {
        Pass pass = Pass.evaluation(new ShapesOnly());
        assertThatThrownBy(() -> new Forgetful("blocks.0.mlp").forward(pass, Handle.f32(1))).isInstanceOf(BrokenPartException.class)
                .hasMessage("blocks.0.mlp (io.fluxo.layer.LayerErrorTest$Forgetful) returned null instead of a tensor");
        assertThatThrownBy(() -> new Forgetful("").forward(pass, Handle.f32(1))).isInstanceOf(BrokenPartException.class)
                .hasMessage("io.fluxo.layer.LayerErrorTest$Forgetful returned null instead of a tensor");
        assertThatThrownBy(() -> pass.at(HookPoint.boundary("blocks.0.hook_mlp_out"), null)).isInstanceOf(BrokenPartException.class)
                .hasMessage("at blocks.0.hook_mlp_out there is null instead of a tensor");
    }
}
