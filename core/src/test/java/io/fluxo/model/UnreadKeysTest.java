package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.SubLayers;
import io.fluxo.model.ModelSpec.BiasKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer.Range;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Violation;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
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
                of("residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m),
                of("rope_theta rope_layout init_std qk_norm_width", m -> m.with(RESIDUAL, ResidualKind.SCALED)),
                of("residual_scale init_std qk_norm_width", m -> m.with(POSITIONS, "rope")),
                of("residual_scale rope_theta rope_layout qk_norm_width", m -> m.with(INIT, "gpt2")),
                of("d_mlp act_fn residual_scale rope_theta rope_layout init_std qk_norm_width mlp_bias", m -> m.with(FFN, false)),
                of("residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(FFN, firstLayer(false, true))),
                of("n_heads n_key_value_heads d_head mask qk_norm residual_scale rope_theta rope_layout init_std qk_norm_width attn_scale attn_scores_soft_cap qkv_bias out_bias", m -> m.with(ATTENTION, "none")),
                of("n_heads mask qk_norm residual_scale rope_theta rope_layout init_std qk_norm_width attn_scale attn_scores_soft_cap", m -> m.with(ATTENTION, "self_only")),
                of("n_heads qk_norm residual_scale rope_theta rope_layout init_std qk_norm_width attn_scale attn_scores_soft_cap", m -> m.with(ATTENTION, "uniform")),
                of("qk_norm residual_scale rope_theta rope_layout init_std qk_norm_width attn_scale attn_scores_soft_cap", m -> m.with(ATTENTION, "uniform").with(D_HEAD, 8)),
                of("qk_norm residual_scale rope_theta rope_layout init_std qk_norm_width attn_scale attn_scores_soft_cap", m -> m.with(ATTENTION, "uniform").with(PLACEMENT, "norm_former")),
                of("residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(ATTENTION, firstLayer(Choice.of("uniform"), Choice.of("softmax")))),
                of("norm norm_affine norm_eps residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(PLACEMENT, "none")),
                of("norm norm_affine norm_eps residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(PLACEMENT, "rezero")),
                of("residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(PLACEMENT, "none").with(FINAL_NORM, FinalNorm.ALWAYS)),
                of("norm residual_scale rope_theta rope_layout init_std", m -> m.with(PLACEMENT, "none").with(QK_NORM, true)),
                of("norm_eps residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(NORM, "dynamic_tanh")),
                of("norm_affine norm_eps final_norm residual_scale rope_theta rope_layout init_std qk_norm_width embed_norm", m -> m.with(NORM, "none")),
                of("n_heads n_key_value_heads d_head d_mlp act_fn attention mask qk_norm ffn residual residual_scale rope_theta rope_layout bias init_std qk_norm_width attn_scale attn_scores_soft_cap qkv_bias out_bias mlp_bias",
                        m -> m.with(N_LAYERS, 0)),
                of("bias residual_scale rope_theta rope_layout init_std qk_norm_width",
                        m -> m.with(QKV_BIAS, BiasKind.ALWAYS).with(OUT_BIAS, BiasKind.NEVER).with(MLP_BIAS, BiasKind.NEVER)),
                of("d_mlp residual_scale rope_theta rope_layout init_std qk_norm_width mlp_bias", m -> m.with(FFN, false).with(MLM_HEAD, true)),
                of("residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(PLACEMENT, "none").with(EMBED_NORM, true)),
                of("embed_norm residual_scale rope_theta rope_layout init_std qk_norm_width", m -> m.with(PLACEMENT, "post_scaled")));
    }

    @ParameterizedTest
    @MethodSource("transformers")
    void whatATransformerDoesNotReadFollowsFromItsOtherKeys(String unread, ModelSpec spec) {
        assertThat(spec.violations(ModelParts.CATALOG)).isEmpty();
        assertThat(keys(spec)).containsExactlyInAnyOrder((unread + " " + NEVER).split(" "));
    }

    @Test
    void ofPartsThatAreNotRegisteredItIsAssumedThatTheyReadEverything() {
        assertThat(keys(ModelSpec.DEFAULT.with(NORM, "of_a_plugin").with(PLACEMENT, "of_a_plugin").with(ATTENTION, "of_a_plugin")))
                .containsExactlyInAnyOrder("residual_scale", "rope_theta", "rope_layout", "init_std", "qk_norm_width", NEVER);
    }

    /** A placement is asked what it wants of its sub-layers as if it stood somewhere, where norms can be made. */
    @Test
    void aPlacementThatNormalisesWithinItsNetworkWantsNothingOfHeads() {
        var catalog = ModelParts.CATALOG.plus(Placement.KIND, "of_a_plugin", new Placement() {
            @Override
            public Block block(Parts parts) {
                throw new AssertionError("nothing is built");
            }

            @Override
            public boolean finalNorm() {
                return true;
            }

            @Override
            public SubLayers subLayers(SubLayers.Site site) {
                return new SubLayers(1, Optional.empty(), Optional.of(site.norm().apply(site.path() + ".inner", site.dMlp())));
            }
        });
        assertThat(keys(ModelSpec.DEFAULT.with(N_HEADS, 2).with(ATTENTION, "uniform").with(PLACEMENT, "of_a_plugin").unread(catalog))).contains("n_heads");
    }

    @Test
    void whatOtherFamiliesReadIsListed() {
        ModelSpec gru = ModelSpec.DEFAULT.with(FAMILY, Family.GRU);
        assertThat(keys(gru)).hasSize(ModelSpec.KEYS.all().size() - 8)
                .contains("n_heads", "placement", "norm", "attention", "act_fn", "bias", "init", "tied_head", "ngram_order")
                .doesNotContain("family", "n_layers", "d_model", "n_ctx", "d_vocab", "dropout", "embed_std", "init_from");
        assertThat(gru.unread(ModelParts.CATALOG).getFirst().message()).isEqualTo("n_heads does nothing in family gru, which reads family, n_layers, d_model, n_ctx, d_vocab,"
                + " dropout, embed_std, init_from");
        assertThat(keys(ModelSpec.DEFAULT.with(FAMILY, Family.NGRAM))).contains("n_layers", "d_model", "init_from").doesNotContain("ngram_order", "n_ctx");
    }

    @Test
    void theTrainingReadsWhatItsRuleHas() {
        TrainingSpec adam = TrainingSpec.DEFAULT;
        assertThat(keys(adam.unread(Family.TRANSFORMER, TrainingParts.CATALOG))).containsExactly("decay");
        TrainingSpec sgd = TrainingSpec.DEFAULT.with(OPTIMIZER, "sgd").with(BETAS, adam.get(BETAS)).with(EPSILON, adam.get(EPSILON)).with(LR, 1.0).with(WARMUP, 0).with(SCHEDULE, adam.get(SCHEDULE)).with(WEIGHT_DECAY, 0.1).with(DECAY, adam.get(DECAY)).with(BATCH, 1).with(STEPS, 1);
        assertThat(keys(sgd.unread(Family.GRU, TrainingParts.CATALOG))).containsExactly("betas", "epsilon");
        assertThat(keys(adam.unread(Family.NGRAM, TrainingParts.CATALOG))).contains("optimizer", "lr", "clip", "warmup").doesNotContain("batch", "steps", "eval_every");
    }

    private static List<String> keys(ModelSpec spec) {
        return keys(spec.unread(ModelParts.CATALOG));
    }

    private static List<String> keys(List<Violation> violations) {
        return violations.stream().map(Violation::key).toList();
    }

    private static Arguments of(String unread, UnaryOperator<ModelSpec> change) {
        return Arguments.of(unread, change.apply(ModelSpec.DEFAULT.with(N_HEADS, 2)));
    }

    private static <T> PerLayer<T> firstLayer(T first, T rest) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse("0").orElseThrow(), first);
        return new PerLayer<>(rest, exceptions);
    }
}
