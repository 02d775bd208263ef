package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.model.ModelSpec.BiasKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.PerLayer.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two specifications say the same where they come to the same model, however they are written. */
class SpecDifferenceTest {

    private static final ModelSpec BASE = ModelSpec.DEFAULT.with(N_LAYERS, 3).with(N_HEADS, 4);

    private static List<String> between(ModelSpec there, ModelSpec here) {
        return SpecDifference.between(there, here, ModelParts.CATALOG, Set.of("dropout")).stream().map(SpecDifference::toString).toList();
    }

    static Stream<UnaryOperator<ModelSpec>> same() {
        return Stream.of(m -> m, m -> m.with(D_HEAD, 8), m -> m.with(N_KEY_VALUE_HEADS, 4), m -> m.with(ATTN_SCALE, Math.sqrt(8)),
                m -> m.with(BIAS, false).with(QKV_BIAS, BiasKind.ALWAYS).with(OUT_BIAS, BiasKind.ALWAYS).with(MLP_BIAS, BiasKind.ALWAYS),
                m -> m.with(QKV_BIAS, BiasKind.ALWAYS), m -> m.with(DROPOUT, 0.5), m -> m.with(RESIDUAL_SCALE, 7.0), m -> m.with(ROPE_THETA, 500.0),
                m -> m.with(PLACEMENT, layers("post", "0-2", "pre")));
    }

    @ParameterizedTest
    @MethodSource("same")
    void whatComesToTheSameIsNoDifference(UnaryOperator<ModelSpec> change) {
        assertThat(between(BASE, change.apply(BASE))).isEmpty();
        assertThat(between(change.apply(BASE), BASE)).isEmpty();
    }

    static Stream<Arguments> others() {
        return Stream.of(
                of("d_head is 0 there and 16 here", m -> m.with(D_HEAD, 16)),
                of("n_key_value_heads is 0 there and 2 here", m -> m.with(N_KEY_VALUE_HEADS, 2)),
                of("attn_scale is 0 there and 3 here", m -> m.with(ATTN_SCALE, 3.0)),
                of("bias is true there and false here", m -> m.with(BIAS, false)),
                of("qkv_bias is bias there and never here", m -> m.with(QKV_BIAS, BiasKind.NEVER)),
                of("out_bias is bias there and never here", m -> m.with(OUT_BIAS, BiasKind.NEVER)),
                of("mlp_bias is bias there and never here", m -> m.with(MLP_BIAS, BiasKind.NEVER)),
                of("n_layers is 3 there and 4 here", m -> m.with(N_LAYERS, 4)),
                of("placement is pre there and {default: pre, 2: post} here", m -> m.with(PLACEMENT, layers("pre", "2", "post"))),
                of("norm is layer_norm there and {default: rms_norm, 0-2: layer_norm} here", m -> m.with(NORM, layers("rms_norm", "0-2", "layer_norm"))),
                of("d_vocab is 0 there and 9 here", m -> m.with(D_VOCAB, 9)));
    }

    /** The last but one: norms outside the blocks are the default's. */
    @ParameterizedTest
    @MethodSource("others")
    void whatIsComputedOtherwiseIsADifference(String difference, UnaryOperator<ModelSpec> change) {
        assertThat(between(BASE, change.apply(BASE))).containsExactly(difference);
    }

    @Test
    void anotherFamilySaysItAll() {
        assertThat(between(BASE, BASE.with(FAMILY, Family.GRU).with(D_MODEL, 64))).containsExactly("family is transformer there and gru here");
    }

    @Test
    void whatOneOfThemReadsIsADifference() {
        ModelSpec scaled = BASE.with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.5);
        assertThat(between(BASE, scaled)).containsExactly("residual is identity there and scaled here", "residual_scale is 1 there and 0.5 here");
        assertThat(between(scaled, BASE)).containsExactly("residual is scaled there and identity here", "residual_scale is 0.5 there and 1 here");
    }

    private static Arguments of(String difference, UnaryOperator<ModelSpec> change) {
        return Arguments.of(difference, change);
    }

    private static PerLayer<Choice> layers(String standard, String range, String other) {
        SequencedMap<Range, Choice> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse(range).orElseThrow(), Choice.of(other));
        return new PerLayer<>(Choice.of(standard), exceptions);
    }
}
