package io.fluxo.tensor;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.UpdateOp;
import io.fluxo.proof.DependenceBackend;
import io.fluxo.proof.SymbolicBackend;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import org.junit.jupiter.api.Test;

/** What a debugger, a log or jshell shows of tensors, backends and models. */
class ShownTest {

    private static final HostArray SOME = HostArray.of(Shape.of(Dim.of(2), Dim.of("d_model", 4)), 0.5f, -1f, 2.25f, 0f, 1e-5f, 3.14159f, 7f, 8f);

    @Test
    void aTensorShowsTypeShapeBackendAndFirstValues() {
        String values = ": 0.5, -1, 2.25, 0, 1e-05, 3.142, …";
        assertThat(SOME).hasToString("f32 [2, d_model=4] on the host" + values);
        try (Backend simd = new SimdProvider().open(BackendOptions.DEFAULT); Backend ejml = new EjmlProvider().open(BackendOptions.DEFAULT)) {
            assertThat(simd.upload(SOME)).hasToString("f32 [2, d_model=4] on simd" + values);
            assertThat(ejml.upload(SOME)).hasToString("f32 [2, d_model=4] on ejml" + values);
            assertThat(simd.upload(HostArray.of(Shape.of(2), 3, -4))).hasToString("i32 [2] on simd: 3, -4");
            assertThat(ejml.upload(HostArray.of(Shape.of(2), true, false))).hasToString("bool [2] on ejml: true, false");
            assertThat(ejml.upload(HostArray.of(Shape.of(0), new float[0]))).hasToString("f32 [0] on ejml: no values");
            assertThat(simd.upload(HostArray.of(Shape.of(3), Float.NaN, Float.NEGATIVE_INFINITY, 1.5e20f))).hasToString("f32 [3] on simd: NaN, -Infinity, 1.5e+20");
            assertThat(simd).hasToString("simd");
            assertThat(new AutodiffBackend(new CheckedBackend(ejml))).hasToString("autodiff(checked(ejml))");
        }
    }

    @Test
    void decoratorsShowWhatTheyHold() {
        try (Backend checked = new CheckedBackend(new EjmlProvider().open(BackendOptions.DEFAULT)); AutodiffBackend autodiff = new AutodiffBackend(checked)) {
            Tensor one = autodiff.upload(HostArray.of(Shape.of(1), 0.5f));
            assertThat(one).hasToString("checked(f32 [1] on ejml: 0.5)");
            assertThat(autodiff.watch(one)).hasToString("tracked(checked(f32 [1] on ejml: 0.5))");
        }
    }

    @Test
    void aTensorThatIsNoMoreSaysSo() {
        for (Backend backend : new Backend[] {new SimdProvider().open(BackendOptions.DEFAULT), new EjmlProvider().open(BackendOptions.DEFAULT),
                new CheckedBackend(new EjmlProvider().open(BackendOptions.DEFAULT))}) {
            try (backend) {
                Tensor gone;
                try (TensorScope _ = backend.openScope()) {
                    gone = backend.upload(SOME);
                }
                assertThat(gone.toString()).contains("f32 [2, d_model=4] ").contains("its scope is closed").doesNotContain("0.5");
                Tensor taken = backend.upload(SOME);
                backend.update(new UpdateOp.Accumulate(), taken, backend.upload(SOME));
                assertThat(taken.toString()).contains("f32 [2, d_model=4] ").contains("taken over by").doesNotContain("0.5");
            }
        }
    }

    @Test
    void inAProofThereAreNoValues() {
        Shape symbols = Shape.of(Dim.symbol("batch"), Dim.symbol("pos"));
        assertThat(new SymbolicBackend().variable("x", symbols, DType.F32)).hasToString("f32 [batch, pos] of symbols, x");
        assertThat(new DependenceBackend().tokens(Shape.of(2, 3))).hasToString("i32 [2, 3] in a proof of dependence");
    }

    @Test
    void aModelShowsItsStructure() {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 3).with(D_MODEL, 4).with(N_HEADS, 1).with(D_MLP, 6).with(N_CTX, 5).with(D_VOCAB, 7).with(NORM_AFFINE, true);
        var shown = ModelBuilder.build(spec, ModelParts.CATALOG);
        assertThat(shown).hasToString("""
                Transformer, 546 parameters
                  W_U [d_model=4, d_vocab=7]
                  W_E [d_vocab=7, d_model=4]
                  W_pos [n_ctx=5, d_model=4]
                  embed_dropout: Dropout
                  blocks.0: PreNormBlock, 154 parameters
                    ln1: LayerNorm, 8 parameters
                      w [d_model=4]
                      b [d_model=4]
                    attn: MultiHeadAttention, 80 parameters
                      W_Q [d_model=4, n_heads·d_head=4]
                      b_Q [n_heads·d_head=4]
                      W_K [d_model=4, n_heads·d_head=4]
                      b_K [n_heads·d_head=4]
                      W_V [d_model=4, n_heads·d_v=4]
                      b_V [n_heads·d_v=4]
                      W_O [n_heads·d_v=4, d_model=4]
                      b_O [d_model=4]
                      dropout: Dropout
                    ln2: LayerNorm, 8 parameters
                      w [d_model=4]
                      b [d_model=4]
                    mlp: FeedForward, 58 parameters
                      W_in [d_model=4, d_mlp=6]
                      b_in [d_mlp=6]
                      W_out [d_mlp=6, d_model=4]
                      b_out [d_model=4]
                      dropout: Dropout
                  blocks.1 … blocks.2: the same
                  ln_final: LayerNorm, 8 parameters
                    w [d_model=4]
                    b [d_model=4]""");
        assertThat(ModelBuilder.transformer(spec, ModelDims.symbolic(), ModelParts.CATALOG).toString()).startsWith("Transformer, of symbolic size")
                .contains("W_E [d_vocab, d_model]");
    }

    /** Looking at a tensor in the midst of a run changes nothing of the run. */
    @Test
    void lookingChangesNothing() {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, 4).with(N_HEADS, 1).with(D_MLP, 6).with(N_CTX, 3).with(D_VOCAB, 7);
        try (Backend simd = new SimdProvider().open(BackendOptions.DEFAULT)) {
            var model = ModelBuilder.build(spec, ModelParts.CATALOG);
            model.initialize(simd, DType.F32, RandomKey.of(1));
            Tensor ids = simd.upload(HostArray.of(Shape.of(1, 3), 1, 2, 3));
            double[] plain = simd.download(model.forward(Pass.evaluation(simd), ids)).toDoubles();
            Tensor output = model.forward(Pass.evaluation(simd).with(new Hooks() {
                @Override
                public boolean wants(HookPoint point) {
                    return !point.interior();
                }

                @Override
                public Tensor at(HookPoint point, Tensor value) {
                    assertThat(value.toString()).startsWith("f32 [");
                    return value;
                }
            }), ids);
            assertThat(simd.download(output).toDoubles()).containsExactly(plain);
        }
    }
}
