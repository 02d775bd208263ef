package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.InitKind;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
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

    private static final Map<String, UnaryOperator<ModelSpecBuilder>> MODELS = models();

    private static Map<String, UnaryOperator<ModelSpecBuilder>> models() {
        Map<String, UnaryOperator<ModelSpecBuilder>> models = new TreeMap<>();
        models.put("plain", m -> m);
        models.put("no ffn", m -> m.ffn(false));
        models.put("no attention", m -> m.attention(AttentionKind.NONE));
        models.put("self only", m -> m.attention(AttentionKind.SELF_ONLY));
        models.put("uniform", m -> m.attention(AttentionKind.UNIFORM));
        models.put("uniform, heads of their own width", m -> m.attention(AttentionKind.UNIFORM).dHead(3));
        models.put("uniform, a gain for each head", m -> m.attention(AttentionKind.UNIFORM).placement("norm_former"));
        models.put("no norms", m -> m.placement("none"));
        models.put("no norms but of queries", m -> m.placement("none").qkNorm(true));
        models.put("no norms but the last", m -> m.placement("none").finalNorm(FinalNorm.ALWAYS));
        models.put("rezero", m -> m.placement("rezero"));
        models.put("norm none", m -> m.norm("none"));
        models.put("dynamic_tanh", m -> m.norm("dynamic_tanh"));
        models.put("batch_norm", m -> m.norm("batch_norm"));
        models.put("scaled", m -> m.residual(ResidualKind.SCALED));
        models.put("rope", m -> m.positions(PositionKind.ROPE));
        models.put("gpt2", m -> m.init(InitKind.GPT2));
        models.put("no layers", m -> m.nLayers(0));
        models.put("no layers, tied", m -> m.nLayers(0).tiedHead(true));
        models.put("gru", m -> m.family(Family.GRU));
        models.put("rnn", m -> m.family(Family.RNN));
        return models;
    }

    private static final Map<String, Function<ModelSpec, ModelSpecBuilder>> CHANGES = changes();

    private static Map<String, Function<ModelSpec, ModelSpecBuilder>> changes() {
        Map<String, Function<ModelSpec, ModelSpecBuilder>> changes = new TreeMap<>();
        changes.put("n_heads", m -> m.edit().nHeads(4));
        changes.put("n_key_value_heads", m -> m.edit().nKeyValueHeads(1));
        changes.put("d_head", m -> m.edit().dHead(2));
        changes.put("d_mlp", m -> m.edit().dMlp(7));
        changes.put("act_fn", m -> m.edit().actFn(ActFn.GELU));
        changes.put("placement", m -> m.edit().placement(m.placement().standard().equals("rezero") ? "pre" : "rezero"));
        changes.put("norm", m -> m.edit().norm(m.norm().standard().equals("rms_norm") ? "layer_norm" : "rms_norm"));
        changes.put("norm_affine", m -> m.edit().normAffine(true));
        changes.put("norm_eps", m -> m.edit().normEps(0.5));
        changes.put("final_norm", m -> m.edit().finalNorm(m.placement().standard().equals("pre") || m.finalNorm() == FinalNorm.ALWAYS ? FinalNorm.NEVER
                : m.placement().standard().equals("norm_former") ? FinalNorm.NEVER : FinalNorm.ALWAYS));
        changes.put("attention", m -> m.edit().attention(m.attention().standard() == AttentionKind.UNIFORM ? AttentionKind.SELF_ONLY : AttentionKind.UNIFORM));
        changes.put("mask", m -> m.edit().mask(MaskKind.BIDIRECTIONAL));
        changes.put("qk_norm", m -> m.edit().qkNorm(!m.qkNorm().standard()));
        changes.put("ffn", m -> m.edit().ffn(!m.ffn().standard()));
        changes.put("residual", m -> m.edit().residual(ResidualKind.NONE));
        changes.put("residual_scale", m -> m.edit().residualScale(3));
        changes.put("positions", m -> m.edit().positions(PositionKind.SINUSOIDAL));
        changes.put("rope_theta", m -> m.edit().ropeTheta(7));
        changes.put("rope_layout", m -> m.edit().ropeLayout(RopeLayout.INTERLEAVED));
        changes.put("bias", m -> m.edit().bias(false));
        changes.put("tied_head", m -> m.edit().tiedHead(!m.tiedHead()));
        changes.put("dropout", m -> m.edit().dropout(0.5));
        changes.put("init", m -> m.edit().init(InitKind.NORMAL).initStd(0.3));
        changes.put("init_std", m -> m.edit().initStd(0.9));
        changes.put("embed_std", m -> m.edit().embedStd(0.9));
        changes.put("ngram_order", m -> m.edit().ngramOrder(9));
        return changes;
    }

    @TestFactory
    Stream<DynamicTest> theTableIsRightAboutEveryKey() {
        return MODELS.entrySet().stream().map(model -> DynamicTest.dynamicTest(model.getKey(), () -> {
            ModelSpec spec = model.getValue().apply(ModelSpec.builder().nLayers(2).dModel(8).nHeads(2).dMlp(6).nCtx(4).dVocab(5)).build();
            Map<String, List<Double>> before = trained(spec);
            Set<String> unread = Set.copyOf(spec.unread(Catalog.STANDARD).stream().map(Violation::key).toList());
            CHANGES.forEach((key, change) -> {
                ModelSpec changed = change.apply(spec).build();
                if (!changed.violations(Catalog.STANDARD).isEmpty()) {
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
        TrainingSpec training = new TrainingSpec(TrainingSpec.Optimizer.SGD, List.of(0.9, 0.9), 0, 0.5, 0, TrainingSpec.Schedule.CONSTANT, 0,
                TrainingSpec.Decay.ALL, 0, 2, 2, 0);
        try (Backend backend = SETUP.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, Catalog.STANDARD);
            model.initialize(backend, SETUP.dtype(), RandomKey.of(1));
            Trainer trainer = new Trainer(backend, model, training, RandomKey.of(2));
            for (int t = 1; t <= 2; t++) {
                trainer.step(t, new int[] {0, 3, 1, 4, 2, 2, 1, 4, 0, 3}, 2, Set.of());
            }
            Map<String, List<Double>> cells = new TreeMap<>();
            model.cells().forEach(cell -> cells.put(cell.name(), Arrays.stream(backend.download(cell.value()).toDoubles()).boxed().toList()));
            return cells;
        }
    }
}
