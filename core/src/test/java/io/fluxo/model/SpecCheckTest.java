package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.InitKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.PerLayer.Range;
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
        assertThat(ModelSpec.DEFAULT.violations(Catalog.STANDARD)).isEmpty();
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                of("positions", "d_head 3 is odd", m -> m.dHead(3).positions(PositionKind.ROPE)),
                of("n_key_value_heads", "n_heads 4 is not a multiple of n_key_value_heads 3", m -> m.nHeads(4).nKeyValueHeads(3)),
                of("n_heads", "n_heads 5 does not divide d_model 32", m -> m.nHeads(5)),
                of("placement", "cannot be mixed with others", m -> m.placement(firstLayer("pre", "resi_dual"))),
                of("final_norm", "x_L + N(r_L)", m -> m.placement("resi_dual").finalNorm(FinalNorm.ALWAYS)),
                of("placement", "residual must be identity", m -> m.placement("resi_dual").residual(ResidualKind.NONE)),
                of("placement", "norm_former needs both attention and ffn", m -> m.placement("norm_former").ffn(false)),
                of("placement", "parallel needs both attention and ffn", m -> m.placement("parallel").attention(AttentionKind.NONE)),
                of("placement", "rezero weighs the residual connection", m -> m.placement("rezero").residual(ResidualKind.NONE)),
                of("placement", "deep_norm weighs the residual connection", m -> m.placement("deep_norm").residual(ResidualKind.NONE)),
                of("ffn", "leave nothing in layer 0", m -> m.attention(AttentionKind.NONE).ffn(false)),
                of("positions", "no layer has attention softmax", m -> m.attention(AttentionKind.UNIFORM).positions(PositionKind.ALIBI)),
                of("rope_theta", "must be a finite number above 1", m -> m.positions(PositionKind.ROPE).ropeTheta(1)),
                of("d_mlp", "must be at least 1, not 0", m -> m.dMlp(firstLayer(8, 0))),
                of("norm", "'7' reaches beyond the last of 6 layers", m -> m.norm(new PerLayer<>("layer_norm", exceptions("7", "rms_norm")))));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void whatCannotBeIsRefusedWithItsReason(String key, String reason, ModelSpec spec) {
        assertThat(spec.violations(Catalog.STANDARD)).anySatisfy(violation -> {
            assertThat(violation.key()).isEqualTo(key);
            assertThat(violation.message()).contains(reason);
        });
    }

    @Test
    void whatALayerLacksConstrainsThatLayerAlone() {
        assertThat(ModelSpec.builder().placement(firstLayer("norm_former", "pre")).ffn(firstLayer(true, false)).build().violations(Catalog.STANDARD)).isEmpty();
        assertThat(ModelSpec.builder().attention(firstLayer(AttentionKind.SOFTMAX, AttentionKind.UNIFORM)).positions(PositionKind.ALIBI).build().violations(Catalog.STANDARD))
                .isEmpty();
        assertThat(ModelSpec.builder().init(InitKind.GPT2).initStd(0.5).actFn(ActFn.GEGLU).build().violations(Catalog.STANDARD)).isEmpty();
    }

    private static Arguments of(String key, String reason, UnaryOperator<ModelSpecBuilder> change) {
        return Arguments.of(key, reason, change.apply(ModelSpec.builder()).build());
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
