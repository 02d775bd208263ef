package io.fluxo.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.Handle;
import io.fluxo.op.ShapesOnly;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassTest {

    private static final HookPoint POINT = HookPoint.boundary("hook_embed");

    private static final Handle KEY = new Handle(Shape.of(2), DType.I64);

    private final Backend backend = new ShapesOnly();
    private final Handle x = Handle.f32(2, 3);

    @Test
    void aPassWithoutHooksWantsNothing() {
        Pass pass = Pass.evaluation(backend);
        assertThat(pass.wants(POINT)).isFalse();
        assertThat(pass.at(POINT, x)).isSameAs(x);
        assertThat(pass.with(Cache.of("hook_embed")).wants(POINT)).isTrue();
        assertThat(pass.with(Cache.of("hook_resid_pre")).wants(POINT)).isFalse();
    }

    @Test
    void onlyTrainingDropsAndOnlyWhereTheRateIsAboveZero() {
        List<String> asked = new ArrayList<>();
        Pass training = Pass.training(backend, path -> {
            asked.add(path);
            return KEY;
        });
        assertThat(training.trains()).isTrue();
        assertThat(new Dropout("drop", 0).forward(training, x)).isSameAs(x);
        assertThat(asked).isEmpty();
        assertThat(new Dropout("blocks.0.attn.dropout", 0.5).forward(training, x)).isNotSameAs(x);
        assertThat(asked).containsExactly("blocks.0.attn.dropout");
        assertThat(new Dropout("drop", 0.5).forward(Pass.evaluation(backend), x)).isSameAs(x);
    }

    @Test
    void theKeyOfAPlaceIsUploadedForThatPlace() {
        List<Object> uploaded = new ArrayList<>();
        Backend watched = new DelegatingBackend("watched", backend) {
            @Override
            public Tensor upload(HostArray values) {
                uploaded.add(values.array());
                return super.upload(values);
            }
        };
        RandomKey step = RandomKey.of(7);
        new Dropout("drop", 0.5).forward(Pass.training(watched, step), x);
        assertThat(uploaded).containsExactly((Object) new long[] {step.split("drop").state(), 0});
    }

    /** Everything but the backend stays: training, its keys, which the caller sees, and what was requested. */
    @Test
    void thePassGoesOnOnAnotherBackend() {
        Backend other = new ShapesOnly();
        Pass training = Pass.training(backend, _ -> KEY);
        List<String> told = new ArrayList<>();
        Pass moved = training.on(other, (path, given) -> {
            assertThat(given).isSameAs(KEY);
            told.add(path);
            return given;
        });
        assertThat(training.backend()).isSameAs(backend);
        assertThat(moved.backend()).isSameAs(other);
        assertThat(moved.trains()).isTrue();
        new Dropout("drop", 0.5).forward(moved, x);
        assertThat(told).containsExactly("drop");
        assertThat(Pass.evaluation(backend).on(other, (_, given) -> given).trains()).isFalse();
    }

    @Test
    void whatAttentionReturnsCanBeDecidedByAnother() {
        TokenMixer mixer = new TokenMixer("attn") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return mixed(pass, pass.neg(x));
            }
        };
        Pass pass = Pass.evaluation(backend);
        Handle other = new Handle(x.shape(), DType.F32);
        List<Layer> asked = new ArrayList<>();
        assertThat(mixer.forward(pass, x)).isNotSameAs(other);
        assertThat(mixer.forward(pass.replacingAttention((attention, _) -> {
            asked.add(attention);
            return other;
        }), x)).isSameAs(other);
        assertThat(asked).containsExactly(mixer);
    }
}
