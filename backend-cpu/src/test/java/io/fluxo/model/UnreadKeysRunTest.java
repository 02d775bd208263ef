package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.model.ModelSpec.BiasKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.QkNormWidth;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Violation;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of unread keys against what trains: another value of a key that is said to be unread leaves every parameter as it is after two steps,
 * and another value of one that is said to be read does not.
 */
class UnreadKeysRunTest {

    private static final Setup SETUP = Setup.ALL.getFirst();

    private static final Map<String, UnaryOperator<ModelSpec>> MODELS = models();

    private static Map<String, UnaryOperator<ModelSpec>> models() {
        Map<String, UnaryOperator<ModelSpec>> models = new TreeMap<>();
        models.put("plain", m -> m);
        models.put("no ffn", m -> m.with(FFN, false));
        models.put("no attention", m -> m.with(ATTENTION, "none"));
        models.put("self only", m -> m.with(ATTENTION, "self_only"));
        models.put("uniform", m -> m.with(ATTENTION, "uniform"));
        models.put("uniform, heads of their own width", m -> m.with(ATTENTION, "uniform").with(D_HEAD, 3));
        models.put("uniform, a gain for each head", m -> m.with(ATTENTION, "uniform").with(PLACEMENT, "norm_former"));
        models.put("uniform, norms of values", m -> m.with(ATTENTION, "uniform").with(PLACEMENT, "hybrid_norm"));
        models.put("no norms", m -> m.with(PLACEMENT, "none"));
        models.put("no norms but of queries", m -> m.with(PLACEMENT, "none").with(QK_NORM, true));
        models.put("no norms but the last", m -> m.with(PLACEMENT, "none").with(FINAL_NORM, FinalNorm.ALWAYS));
        models.put("rezero", m -> m.with(PLACEMENT, "rezero"));
        models.put("norm none", m -> m.with(NORM, "none"));
        models.put("dynamic_tanh", m -> m.with(NORM, "dynamic_tanh"));
        models.put("batch_norm", m -> m.with(NORM, "batch_norm"));
        models.put("scaled", m -> m.with(RESIDUAL, ResidualKind.SCALED));
        models.put("rope", m -> m.with(POSITIONS, "rope"));
        models.put("gpt2", m -> m.with(INIT, "gpt2"));
        models.put("no layers", m -> m.with(N_LAYERS, 0));
        models.put("no layers, tied", m -> m.with(N_LAYERS, 0).with(TIED_HEAD, true));
        models.put("no layers, tied, mlm_head", m -> m.with(N_LAYERS, 0).with(TIED_HEAD, true).with(MLM_HEAD, true));
        models.put("bert", m -> m.with(PLACEMENT, "post").with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2).with(MLM_HEAD, true).with(HEAD_BIAS, true).with(ACT_FN, "gelu"));
        models.put("no norms but of the embedding", m -> m.with(PLACEMENT, "none").with(EMBED_NORM, true));
        models.put("every bias said", m -> m.with(QKV_BIAS, BiasKind.ALWAYS).with(OUT_BIAS, BiasKind.NEVER).with(MLP_BIAS, BiasKind.NEVER));
        models.put("gru", m -> m.with(FAMILY, Family.GRU));
        models.put("rnn", m -> m.with(FAMILY, Family.RNN));
        return models;
    }

    private static final Map<String, Function<ModelSpec, ModelSpec>> CHANGES = changes();

    private static Map<String, Function<ModelSpec, ModelSpec>> changes() {
        Map<String, Function<ModelSpec, ModelSpec>> changes = new TreeMap<>();
        changes.put("n_heads", m -> m.with(N_HEADS, 4));
        changes.put("n_key_value_heads", m -> m.with(N_KEY_VALUE_HEADS, 1));
        changes.put("d_head", m -> m.with(D_HEAD, 2));
        changes.put("d_mlp", m -> m.with(D_MLP, 7));
        changes.put("act_fn", m -> m.with(ACT_FN, "silu"));
        changes.put("placement", m -> m.with(PLACEMENT, m.get(PLACEMENT).standard().is("rezero") ? "pre" : "rezero"));
        changes.put("norm", m -> m.with(NORM, m.get(NORM).standard().is("rms_norm") ? "layer_norm" : "rms_norm"));
        changes.put("norm_affine", m -> m.with(NORM_AFFINE, true));
        changes.put("norm_eps", m -> m.with(NORM_EPS, 0.5));
        changes.put("final_norm", m -> m.with(FINAL_NORM, m.get(PLACEMENT).standard().is("pre") || m.get(FINAL_NORM) == FinalNorm.ALWAYS ? FinalNorm.NEVER
                : m.get(PLACEMENT).standard().is("norm_former") || m.get(PLACEMENT).standard().is("hybrid_norm") ? FinalNorm.NEVER : FinalNorm.ALWAYS));
        changes.put("attention", m -> m.with(ATTENTION, m.get(ATTENTION).standard().is("uniform") ? "self_only" : "uniform"));
        changes.put("mask", m -> m.with(MASK, MaskKind.BIDIRECTIONAL));
        changes.put("qk_norm", m -> m.with(QK_NORM, !m.get(QK_NORM).standard()));
        changes.put("qk_norm_width", m -> m.with(QK_NORM_WIDTH, QkNormWidth.ALL));
        changes.put("attn_scale", m -> m.with(ATTN_SCALE, 0.3));
        changes.put("attn_scores_soft_cap", m -> m.with(ATTN_SCORES_SOFT_CAP, 0.02));
        changes.put("qkv_bias", m -> m.with(QKV_BIAS, BiasKind.NEVER));
        changes.put("out_bias", m -> m.with(OUT_BIAS, m.get(OUT_BIAS).standard() == BiasKind.NEVER ? BiasKind.ALWAYS : BiasKind.NEVER));
        changes.put("mlp_bias", m -> m.with(MLP_BIAS, m.get(MLP_BIAS).standard() == BiasKind.NEVER ? BiasKind.ALWAYS : BiasKind.NEVER));
        changes.put("embed_scale", m -> m.with(EMBED_SCALE, 2.0));
        changes.put("embed_norm", m -> m.with(EMBED_NORM, !m.get(EMBED_NORM)));
        changes.put("n_token_types", m -> m.with(N_TOKEN_TYPES, 3));
        changes.put("mlm_head", m -> m.with(MLM_HEAD, !m.get(MLM_HEAD)));
        changes.put("head_bias", m -> m.with(HEAD_BIAS, !m.get(HEAD_BIAS)));
        changes.put("output_logits_soft_cap", m -> m.with(OUTPUT_LOGITS_SOFT_CAP, 0.5));
        changes.put("ffn", m -> m.with(FFN, !m.get(FFN).standard()));
        changes.put("residual", m -> m.with(RESIDUAL, ResidualKind.NONE));
        changes.put("residual_scale", m -> m.with(RESIDUAL_SCALE, 3.0));
        changes.put("positions", m -> m.with(POSITIONS, "sinusoidal"));
        changes.put("rope_theta", m -> m.with(ROPE_THETA, 7.0));
        changes.put("rope_layout", m -> m.with(ROPE_LAYOUT, RopeLayout.INTERLEAVED));
        changes.put("bias", m -> m.with(BIAS, false));
        changes.put("tied_head", m -> m.with(TIED_HEAD, !m.get(TIED_HEAD)));
        changes.put("dropout", m -> m.with(DROPOUT, 0.5));
        changes.put("init", m -> m.with(INIT, "normal").with(INIT_STD, 0.3));
        changes.put("init_std", m -> m.with(INIT_STD, 0.9));
        changes.put("embed_std", m -> m.with(EMBED_STD, 0.9));
        changes.put("ngram_order", m -> m.with(NGRAM_ORDER, 9));
        return changes;
    }

    @TestFactory
    Stream<DynamicTest> theTableIsRightAboutEveryKey() {
        return MODELS.entrySet().stream().map(model -> DynamicTest.dynamicTest(model.getKey(), () -> {
            ModelSpec spec = model.getValue().apply(ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 8).with(N_HEADS, 2).with(D_MLP, 6).with(N_CTX, 4).with(D_VOCAB, 5));
            Map<String, List<Double>> before = trained(spec);
            Set<String> unread = Set.copyOf(spec.unread(ModelParts.CATALOG).stream().map(Violation::key).toList());
            CHANGES.forEach((key, change) -> {
                ModelSpec changed = change.apply(spec);
                if (!changed.violations(ModelParts.CATALOG).isEmpty()) {
                    return; // a model with neither attention nor network
                }
                if (unread.contains(key)) {
                    assertThat(trained(changed)).as("unread: " + key).isEqualTo(before);
                } else {
                    assertThat(trained(changed)).as("read: " + key).isNotEqualTo(before);
                }
            });
        }));
    }

    /** Every cell after two steps. */
    private static Map<String, List<Double>> trained(ModelSpec spec) {
        TrainingSpec training = TrainingSpec.DEFAULT.with(OPTIMIZER, "sgd").with(BETAS, List.of(0.9, 0.9)).with(EPSILON, 0.0).with(LR, 0.5).with(WARMUP, 0).with(DECAY, Decay.ALL).with(BATCH, 2).with(STEPS, 2);
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(1));
            Trainer trainer = new Trainer(backend, model, training, TrainingParts.CATALOG, RandomKey.of(2));
            for (int t = 1; t <= 2; t++) {
                trainer.step(t, new int[] {0, 3, 1, 4, 2, 2, 1, 4, 0, 3}, 2, Set.of());
            }
            Map<String, List<Double>> cells = new TreeMap<>();
            model.cells().forEach(cell -> cells.put(cell.name(), Arrays.stream(backend.download(cell.value()).toDoubles()).boxed().toList()));
            return cells;
        }
    }
}
