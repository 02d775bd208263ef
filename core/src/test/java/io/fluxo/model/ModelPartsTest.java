package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.layer.InitKind;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.plugin.Catalog;
import org.junit.jupiter.api.Test;

/** The names under which studies and checkpoints ask for parts: whoever drops one breaks what others have written. */
class ModelPartsTest {

    @Test
    void everyPartHasItsName() {
        Catalog catalog = Catalog.of(new ModelParts());
        assertThat(catalog.all(Placement.KIND).keySet()).containsExactlyInAnyOrder("attn_res", "deep_delta", "deep_norm", "hybrid_norm", "hyper_connections", "keel", "ln_scaling", "mhc", "mix_ln", "ngpt", "none", "norm_former", "parallel", "peri_ln", "post", "post_scaled", "pre",
                "res_post", "resi_dual", "rezero", "sandwich", "siamese");
        assertThat(catalog.all(NormFactory.KIND).keySet()).containsExactlyInAnyOrder("batch_norm", "derf", "dynamic_tanh", "fake_layer_norm", "layer_norm", "none", "rms_norm");
        assertThat(catalog.all(AttentionKind.KIND).keySet()).containsExactlyInAnyOrder("softmax", "differential", "gated", "off_by_one", "sink", "softpick", "value_residual", "uniform", "self_only", "none");
        assertThat(catalog.all(ActFn.KIND).keySet()).containsExactlyInAnyOrder("relu", "gelu", "gelu_tanh", "silu", "swiglu", "geglu", "geglu_tanh", "reglu");
        assertThat(catalog.all(PositionKind.KIND).keySet()).containsExactlyInAnyOrder("learned", "sinusoidal", "rope", "alibi", "none");
        assertThat(catalog.all(InitKind.KIND).keySet()).containsExactlyInAnyOrder("xavier_normal", "gpt2", "normal");
    }
}
