package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.InitKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.PerLayer.Range;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnreadKeysTest {

    private static final String NEVER = "ngram_order";

    static Stream<Arguments> transformers() {
        return Stream.of(
                of("residual_scale rope_theta rope_layout init_std", m -> m),
                of("rope_theta rope_layout init_std", m -> m.residual(ResidualKind.SCALED)),
                of("residual_scale init_std", m -> m.positions(PositionKind.ROPE)),
                of("residual_scale rope_theta rope_layout", m -> m.init(InitKind.GPT2)),
                of("d_mlp act_fn residual_scale rope_theta rope_layout init_std", m -> m.ffn(false)),
                of("residual_scale rope_theta rope_layout init_std", m -> m.ffn(firstLayer(false, true))),
                of("n_heads n_key_value_heads d_head mask qk_norm residual_scale rope_theta rope_layout init_std", m -> m.attention(AttentionKind.NONE)),
                of("n_heads mask qk_norm residual_scale rope_theta rope_layout init_std", m -> m.attention(AttentionKind.SELF_ONLY)),
                of("n_heads qk_norm residual_scale rope_theta rope_layout init_std", m -> m.attention(AttentionKind.UNIFORM)),
                of("qk_norm residual_scale rope_theta rope_layout init_std", m -> m.attention(AttentionKind.UNIFORM).dHead(8)),
                of("qk_norm residual_scale rope_theta rope_layout init_std", m -> m.attention(AttentionKind.UNIFORM).placement("norm_former")),
                of("residual_scale rope_theta rope_layout init_std", m -> m.attention(firstLayer(AttentionKind.UNIFORM, AttentionKind.SOFTMAX))),
                of("norm norm_affine norm_eps residual_scale rope_theta rope_layout init_std", m -> m.placement("none")),
                of("norm norm_affine norm_eps residual_scale rope_theta rope_layout init_std", m -> m.placement("rezero")),
                of("residual_scale rope_theta rope_layout init_std", m -> m.placement("none").finalNorm(FinalNorm.ALWAYS)),
                of("norm residual_scale rope_theta rope_layout init_std", m -> m.placement("none").qkNorm(true)),
                of("norm_eps residual_scale rope_theta rope_layout init_std", m -> m.norm("dynamic_tanh")),
                of("norm_affine norm_eps final_norm residual_scale rope_theta rope_layout init_std", m -> m.norm("none")),
                of("residual_scale rope_theta rope_layout init_std", m -> m.norm("of_a_plugin").placement("of_a_plugin")),
                of("n_heads n_key_value_heads d_head d_mlp act_fn attention mask qk_norm ffn residual residual_scale rope_theta rope_layout bias init_std",
                        m -> m.nLayers(0)));
    }

    @ParameterizedTest
    @MethodSource("transformers")
    void whatATransformerDoesNotReadFollowsFromItsOtherKeys(String unread, ModelSpec spec) {
        assertThat(spec.violations(Catalog.STANDARD)).isEmpty();
        assertThat(keys(spec)).containsExactlyInAnyOrder((unread + " " + NEVER).split(" "));
    }

    @Test
    void whatOtherFamiliesReadIsListed() {
        ModelSpec gru = ModelSpec.builder().family(Family.GRU).build();
        assertThat(keys(gru)).hasSize(ModelSpec.class.getRecordComponents().length - 8)
                .contains("n_heads", "placement", "norm", "attention", "act_fn", "bias", "init", "tied_head", "ngram_order")
                .doesNotContain("family", "n_layers", "d_model", "n_ctx", "d_vocab", "dropout", "embed_std", "init_from");
        assertThat(gru.unread(Catalog.STANDARD).getFirst().message()).isEqualTo("n_heads does nothing in family gru, which reads family, n_layers, d_model, n_ctx, d_vocab,"
                + " dropout, embed_std, init_from");
        assertThat(keys(ModelSpec.builder().family(Family.NGRAM).build())).contains("n_layers", "d_model", "init_from").doesNotContain("ngram_order", "n_ctx");
    }

    @Test
    void theTrainingReadsWhatItsRuleHas() {
        TrainingSpec adam = TrainingSpec.DEFAULT;
        assertThat(keys(adam.unread(Family.TRANSFORMER))).containsExactly("decay");
        TrainingSpec sgd = new TrainingSpec(TrainingSpec.Optimizer.SGD, adam.betas(), adam.epsilon(), 1, 0, adam.schedule(), 0.1, adam.decay(), 0, 1, 1, 0);
        assertThat(keys(sgd.unread(Family.GRU))).containsExactly("betas", "epsilon");
        assertThat(keys(adam.unread(Family.NGRAM))).contains("optimizer", "lr", "clip", "warmup").doesNotContain("batch", "steps", "eval_every");
    }

    private static List<String> keys(ModelSpec spec) {
        return keys(spec.unread(Catalog.STANDARD));
    }

    private static List<String> keys(List<Violation> violations) {
        return violations.stream().map(Violation::key).toList();
    }

    private static Arguments of(String unread, UnaryOperator<ModelSpecBuilder> change) {
        return Arguments.of(unread, change.apply(ModelSpec.builder().nHeads(2)).build());
    }

    private static <T> PerLayer<T> firstLayer(T first, T rest) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse("0").orElseThrow(), first);
        return new PerLayer<>(rest, exceptions);
    }
}
