package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer.Range;
import io.fluxo.setting.PerLayer;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SpecCheckTest {

    @Test
    void theDefaultIsPossible() {
        assertThat(ModelSpec.DEFAULT.violations(ModelParts.CATALOG)).isEmpty();
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                of("positions", "d_head 3 is odd", m -> m.with(D_HEAD, 3).with(POSITIONS, "rope")),
                of("n_key_value_heads", "n_heads 4 is not a multiple of n_key_value_heads 3", m -> m.with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 3)),
                of("n_heads", "n_heads 5 does not divide d_model 32", m -> m.with(N_HEADS, 5)),
                of("placement", "cannot be mixed with others", m -> m.with(PLACEMENT, firstLayer(Choice.of("pre"), Choice.of("resi_dual")))),
                of("placement", "every layer has to be of this placement", m -> m.with(PLACEMENT, firstLayer(Choice.of("pre"), Choice.of("attn_res")))),
                of("placement", "carries 4 streams through every layer", m -> m.with(PLACEMENT, firstLayer(Choice.of("mhc"), Choice.of("pre")))),
                of("final_norm", "x_L + N(r_L)", m -> m.with(PLACEMENT, "resi_dual").with(FINAL_NORM, FinalNorm.ALWAYS)),
                of("placement", "residual must be identity", m -> m.with(PLACEMENT, "resi_dual").with(RESIDUAL, ResidualKind.NONE)),
                of("placement", "norm_former needs both attention and ffn", m -> m.with(PLACEMENT, "norm_former").with(FFN, false)),
                of("placement", "hybrid_norm needs both attention and ffn", m -> m.with(PLACEMENT, "hybrid_norm").with(FFN, false)),
                of("qk_norm", "placement hybrid_norm normalises queries and keys by itself", m -> m.with(PLACEMENT, "hybrid_norm").with(QK_NORM, true)),
                of("placement", "parallel needs both attention and ffn", m -> m.with(PLACEMENT, "parallel").with(ATTENTION, "none")),
                of("placement", "rezero weighs the residual connection", m -> m.with(PLACEMENT, "rezero").with(RESIDUAL, ResidualKind.NONE)),
                of("placement", "deep_norm weighs the residual connection", m -> m.with(PLACEMENT, "deep_norm").with(RESIDUAL, ResidualKind.NONE)),
                of("ffn", "leave nothing in layer 0", m -> m.with(ATTENTION, "none").with(FFN, false)),
                of("positions", "no layer has attention softmax", m -> m.with(ATTENTION, "uniform").with(POSITIONS, "alibi")),
                of("attention", "takes over the values of layer 0, which has 1 heads of keys and values of width 8; layer 1 has 1 of width 4",
                        m -> m.with(ATTENTION, "value_residual").with(D_HEAD, firstLayer(4, 8))),
                of("attention", "layer 1 has 4 of width 8", m -> m.with(ATTENTION, "value_residual").with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, firstLayer(4, 2))),
                of("norm", "nothing_of_that_name", m -> m.with(NORM, "nothing_of_that_name")),
                of("positions", "nothing_of_that_name", m -> m.with(POSITIONS, "nothing_of_that_name")),
                of("mlm_head", "swiglu is the form of a whole network", m -> m.with(MLM_HEAD, true).with(ACT_FN, "swiglu")),
                of("rope_theta", "must be a finite number above 1", m -> m.with(POSITIONS, "rope").with(ROPE_THETA, 1.0)),
                of("d_mlp", "must be at least 1, not 0", m -> m.with(D_MLP, firstLayer(8, 0))),
                of("norm", "'7' reaches beyond the last of 6 layers", m -> m.with(NORM, new PerLayer<>(Choice.of("layer_norm"), exceptions("7", Choice.of("rms_norm"))))));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void whatCannotBeIsRefusedWithItsReason(String key, String reason, ModelSpec spec) {
        assertThat(spec.violations(ModelParts.CATALOG)).anySatisfy(violation -> {
            assertThat(violation.key()).isEqualTo(key);
            assertThat(violation.message()).contains(reason);
        });
    }

    @Test
    void aPlacementOfSeveralStreamsIsPossibleByItself() {
        assertThat(ModelSpec.DEFAULT.with(PLACEMENT, "resi_dual").violations(ModelParts.CATALOG)).isEmpty();
        assertThat(ModelSpec.DEFAULT.with(MLM_HEAD, true).with(ACT_FN, "gelu").violations(ModelParts.CATALOG)).isEmpty();
    }

    @Test
    void whatALayerLacksConstrainsThatLayerAlone() {
        assertThat(ModelSpec.DEFAULT.with(PLACEMENT, firstLayer(Choice.of("norm_former"), Choice.of("pre"))).with(FFN, firstLayer(true, false)).violations(ModelParts.CATALOG)).isEmpty();
        assertThat(ModelSpec.DEFAULT.with(ATTENTION, firstLayer(Choice.of("softmax"), Choice.of("uniform"))).with(POSITIONS, "alibi").violations(ModelParts.CATALOG))
                .isEmpty();
        assertThat(ModelSpec.DEFAULT.with(INIT, "gpt2").with(INIT_STD, 0.5).with(ACT_FN, "geglu").violations(ModelParts.CATALOG)).isEmpty();
    }

    private static Arguments of(String key, String reason, UnaryOperator<ModelSpec> change) {
        return Arguments.of(key, reason, change.apply(ModelSpec.DEFAULT));
    }

    private static <T> PerLayer<T> firstLayer(T rest, T first) {
        return new PerLayer<>(rest, exceptions("0", first));
    }

    private static <T> SequencedMap<Range, T> exceptions(String range, T value) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Optional.of(range).flatMap(Range::parse).orElseThrow(), value);
        return exceptions;
    }
}
