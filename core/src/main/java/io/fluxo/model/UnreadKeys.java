package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Placement;
import io.fluxo.block.SubLayers;
import io.fluxo.layer.InitKind;
import io.fluxo.layer.PartSays;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.norm.PassesThrough;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Part;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.PartKind;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.shape.Dim;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which keys of a {@link ModelSpec} its model does not read: one table for what only other families have, one for what only some transformers
 * use. What depends on placements and norms they say themselves; of one that is not registered it is assumed that everything is read.
 */
final class UnreadKeys {

    private static final Set<Key<?>> RECURRENT = Set.of(FAMILY, N_LAYERS, D_MODEL, N_CTX, D_VOCAB, DROPOUT, EMBED_STD, INIT_FROM);

    /** The keys that a family has; transformers have all but an n-gram's. */
    private static final Map<Family, Set<Key<?>>> HAS = Map.of(Family.GRU, RECURRENT, Family.RNN, RECURRENT,
            Family.NGRAM, Set.of(FAMILY, N_CTX, D_VOCAB, NGRAM_ORDER));

    /** A key that a transformer reads only under a condition, and what it misses otherwise. */
    private record ConditionalKey(Key<?> key, Predicate<Asked> read, String otherwise) {}

    /** A specification, and the parts that it names. */
    private record Asked(ModelSpec spec, List<LayerSpec> layers, Catalog catalog) {
        boolean someLayer(Predicate<LayerSpec> predicate) {
            return layers.stream().anyMatch(predicate);
        }

        boolean matches(LayerSpec layer) {
            return layer.attention(catalog).matches();
        }

        boolean attends(LayerSpec layer) {
            return layer.attention(catalog).present();
        }

        boolean isNormed(Choice placement) {
            return says(Placement.KIND, placement, known -> known.traits().normed());
        }

        /** Whether the first placement normalises the embedding by itself; false where it cannot say. */
        boolean beginsNormed() {
            return catalog.find(Placement.KIND, spec.get(PLACEMENT).at(0)).map(known -> PartSays.orElse(false, known::embedNorm)).orElse(false);
        }

        /** Whether something is done to each head for itself, however heads weigh positions. */
        boolean hasHeadLayer(Choice placement) {
            return says(Placement.KIND, placement, known -> known.subLayers(SubLayers.Site.ANYWHERE).heads().isPresent() || known.subLayers(SubLayers.Site.ANYWHERE).norms().isPresent());
        }

        boolean turnsPairs() {
            return says(PositionKind.KIND, spec.get(POSITIONS), known -> known.traits().inPairs());
        }

        /** What a part says; true where it is not registered, or cannot say it: building it will tell what is wrong. */
        <P extends Part<P>> boolean says(PartKind<P> kind, Choice choice, Predicate<P> question) {
            return catalog.find(kind, choice).map(part -> PartSays.orElse(true, () -> question.test(part))).orElse(true);
        }
    }

    private static final List<ConditionalKey> TRANSFORMER = List.of(
            new ConditionalKey(N_HEADS, asked -> asked.someLayer(layer -> tellsHeadsApart(asked, layer)),
                    "without attention: softmax (heads that weigh positions alike are one, unless d_head or n_key_value_heads is given)"),
            new ConditionalKey(N_KEY_VALUE_HEADS, asked -> asked.someLayer(asked::attends), "without attention"),
            new ConditionalKey(D_HEAD, asked -> asked.someLayer(asked::attends), "without attention"),
            inSomeLayer(D_MLP, layer -> layer.get(FFN), "without ffn: true"),
            new ConditionalKey(ACT_FN, asked -> asked.spec.get(MLM_HEAD) || asked.someLayer(layer -> layer.get(FFN)), "without ffn: true, and mlm_head: false"),
            new ConditionalKey(NORM, UnreadKeys::hasNorms, "in a model whose placement has no norms, without final_norm: always"),
            new ConditionalKey(NORM_AFFINE, asked -> someNorm(asked, NormFactory::readsAffine), "without a norm (or qk_norm) to which it belongs"),
            new ConditionalKey(NORM_EPS, asked -> someNorm(asked, NormFactory::readsEps), "without a norm (or qk_norm) that divides"),
            new ConditionalKey(FINAL_NORM, UnreadKeys::streamNormed, "with norm: none"),
            new ConditionalKey(EMBED_NORM, asked -> streamNormed(asked) && !asked.beginsNormed(), "with norm: none, or where the first placement normalises the embedding"),
            inSomeLayer(ATTENTION, _ -> true, "without layers"),
            new ConditionalKey(MASK, asked -> asked.someLayer(layer -> layer.attention(asked.catalog).masked()), "without attention: softmax or uniform"),
            new ConditionalKey(QK_NORM, asked -> asked.someLayer(asked::matches), "without attention: softmax, which alone has queries and keys"),
            new ConditionalKey(QK_NORM_WIDTH, asked -> asked.someLayer(layer -> layer.get(QK_NORM) && asked.matches(layer)), "without qk_norm: true"),
            new ConditionalKey(ATTN_SCALE, asked -> asked.someLayer(asked::matches), "without attention: softmax, which alone has scores"),
            new ConditionalKey(ATTN_SCORES_SOFT_CAP, asked -> asked.someLayer(asked::matches), "without attention: softmax, which alone has scores"),
            inSomeLayer(FFN, _ -> true, "without layers"),
            inSomeLayer(RESIDUAL, _ -> true, "without layers"),
            inSomeLayer(RESIDUAL_SCALE, layer -> layer.get(RESIDUAL) == ResidualKind.SCALED, "without residual: scaled"),
            new ConditionalKey(ROPE_THETA, UnreadKeys::rotates, "without positions: rope and attention: softmax"),
            new ConditionalKey(ROPE_LAYOUT, UnreadKeys::rotates, "without positions: rope and attention: softmax"),
            new ConditionalKey(BIAS, asked -> asked.someLayer(layer -> asksForBias(asked, layer)),
                    "without layers, or where qkv_bias, out_bias and mlp_bias say it all"),
            new ConditionalKey(QKV_BIAS, asked -> asked.someLayer(asked::attends), "without attention"),
            new ConditionalKey(OUT_BIAS, asked -> asked.someLayer(asked::attends), "without attention"),
            inSomeLayer(MLP_BIAS, layer -> layer.get(FFN), "without ffn: true"),
            new ConditionalKey(INIT, UnreadKeys::hasMatrices, "without layers and mlm_head, with tied_head: true"),
            new ConditionalKey(INIT_STD, asked -> hasMatrices(asked) && asked.says(InitKind.KIND, asked.spec.get(INIT), InitKind::readsStd),
                    "with init: xavier_normal; choose init: gpt2 or normal"),
            new ConditionalKey(NGRAM_ORDER, _ -> false, "in family transformer"));

    private UnreadKeys() {}

    static List<Violation> of(ModelSpec spec, Catalog catalog) {
        Set<Key<?>> has = HAS.get(spec.get(FAMILY));
        if (has == null) {
            Asked asked = new Asked(spec, spec.layers(), catalog);
            return TRANSFORMER.stream().filter(condition -> !condition.read.test(asked)).map(condition -> idle(condition.key, condition.otherwise)).toList();
        }
        String otherwise = Text.format("in family %s, which reads %s", Values.label(spec.get(FAMILY)),
                String.join(", ", KEYS.all().stream().filter(has::contains).map(Key::name).toList()));
        return KEYS.all().stream().filter(key -> !has.contains(key)).map(key -> idle(key, otherwise)).toList();
    }

    private static Violation idle(Key<?> key, String otherwise) {
        return new Violation(key.name(), Text.format("%s does nothing %s", key.name(), otherwise));
    }

    private static ConditionalKey inSomeLayer(Key<?> key, Predicate<LayerSpec> read, String otherwise) {
        return new ConditionalKey(key, asked -> asked.someLayer(read), otherwise);
    }

    /** Heads that weigh positions alike are one matrix, however it is divided; unless their width is given, or something is learnt for each. */
    private static boolean tellsHeadsApart(Asked asked, LayerSpec layer) {
        boolean widthsGiven = layer.get(D_HEAD) > 0 || layer.get(N_KEY_VALUE_HEADS) > 0;
        return asked.matches(layer) || asked.attends(layer) && (widthsGiven || asked.hasHeadLayer(layer.get(PLACEMENT)));
    }

    private static boolean hasNorms(Asked asked) {
        boolean atTheEnd = switch (asked.spec.get(FINAL_NORM)) {
            case ALWAYS -> true;
            case PLACEMENT -> asked.isNormed(asked.spec.lastPlacement());
            case NEVER -> false;
        };
        return atTheEnd || asked.spec.get(EMBED_NORM) || asked.spec.get(MLM_HEAD) || asked.someLayer(layer -> asked.isNormed(layer.get(PLACEMENT)));
    }

    /** Whether there is a norm of a kind that {@code reads}; the norms of queries and keys are RMSNorms. */
    private static boolean someNorm(Asked asked, Predicate<NormFactory> reads) {
        boolean ofQueries = asked.someLayer(layer -> layer.get(QK_NORM) && asked.matches(layer));
        return ofQueries || hasNorms(asked) && asked.spec.get(NORM).values().stream().anyMatch(norm -> asked.says(NormFactory.KIND, norm, reads));
    }

    private static boolean rotates(Asked asked) {
        return asked.turnsPairs() && asked.someLayer(asked::matches);
    }

    private static boolean hasMatrices(Asked asked) {
        return asked.spec.get(N_LAYERS) > 0 || !asked.spec.get(TIED_HEAD) || asked.spec.get(MLM_HEAD);
    }

    /** Whether a norm outside the blocks changes anything. */
    private static boolean streamNormed(Asked asked) {
        return asked.says(NormFactory.KIND, asked.spec.get(NORM).standard(), norm -> !(norm.norm("norm", Dim.ONE, false, 0) instanceof PassesThrough));
    }

    private static boolean asksForBias(Asked asked, LayerSpec layer) {
        boolean attention = layer.get(QKV_BIAS) == BiasKind.BIAS || layer.get(OUT_BIAS) == BiasKind.BIAS;
        return asked.attends(layer) && attention || layer.get(FFN) && layer.get(MLP_BIAS) == BiasKind.BIAS;
    }
}
