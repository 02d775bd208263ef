package io.fluxo.model;

import io.fluxo.block.Depth;
import io.fluxo.block.SubLayers;
import io.fluxo.layer.NoNorm;
import io.fluxo.layer.NormFactory;
import io.fluxo.layer.PartSays;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.InitKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.shape.Dim;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which keys of a {@link ModelSpec} its model does not read: one table for what only other families have, one for what only some transformers
 * use. What depends on placements and norms they say themselves; of one that is not registered it is assumed that everything is read.
 */
final class UnreadKeys {

    private static final Set<String> RECURRENT = Set.of("family", "n_layers", "d_model", "n_ctx", "d_vocab", "dropout", "embed_std", "init_from");

    /** The keys that a family has; transformers have all but an n-gram's. */
    private static final Map<Family, Set<String>> HAS = Map.of(Family.GRU, RECURRENT, Family.RNN, RECURRENT,
            Family.NGRAM, Set.of("family", "n_ctx", "d_vocab", "ngram_order"));

    private static final List<String> KEYS = Arrays.stream(ModelSpec.class.getRecordComponents())
            .map(component -> component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT)).toList();

    /** A key that a transformer reads only under a condition, and what it misses otherwise. */
    private record Condition(String key, Predicate<Made> read, String otherwise) {}

    /** A specification and its layers, which are asked about again and again. */
    private record Made(ModelSpec spec, List<LayerSpec> layers, Catalog catalog) {
        boolean someLayer(Predicate<LayerSpec> predicate) {
            return layers.stream().anyMatch(predicate);
        }

        boolean isNormed(String placement) {
            return said(catalog.placements(), placement, known -> known.traits().normed());
        }

        /** Whether something is learnt for each head, however heads weigh positions. */
        boolean hasHeadLayer(String placement) {
            return said(catalog.placements(), placement, known -> known.subLayers(SITE).heads().isPresent());
        }

        boolean norm(String name, Predicate<NormFactory> reads) {
            return said(catalog.norms(), name, reads);
        }

        /** What a part says; true where it is not registered, or cannot say it: building it will tell what is wrong. */
        private static <T> boolean said(Map<String, T> parts, String name, Predicate<T> question) {
            T part = parts.get(name);
            return part == null || PartSays.orElse(true, () -> question.test(part));
        }
    }

    /** Somewhere, to ask a placement what it wants there. */
    private static final SubLayers.Site SITE = new SubLayers.Site("block", Depth.ALONE, Dim.ONE, Dim.ONE, (path, width) -> new NoNorm(path));

    private static final List<Condition> TRANSFORMER = List.of(
            new Condition("n_heads", made -> made.someLayer(layer -> tellsHeadsApart(made, layer)),
                    "without attention: softmax (heads that weigh positions alike are one, unless d_head or n_key_value_heads is given)"),
            inSomeLayer("n_key_value_heads", LayerSpec::attends, "without attention"),
            inSomeLayer("d_head", LayerSpec::attends, "without attention"),
            inSomeLayer("d_mlp", LayerSpec::ffn, "without ffn: true"),
            inSomeLayer("act_fn", LayerSpec::ffn, "without ffn: true"),
            new Condition("norm", UnreadKeys::hasNorms, "in a model whose placement has no norms, without final_norm: always"),
            new Condition("norm_affine", made -> someNorm(made, NormFactory::readsAffine), "without a norm (or qk_norm) to which it belongs"),
            new Condition("norm_eps", made -> someNorm(made, NormFactory::readsEps), "without a norm (or qk_norm) that divides"),
            new Condition("final_norm", made -> made.norm(made.spec.norm().standard(), norm -> !(norm.norm("norm", Dim.ONE, false, 0) instanceof NoNorm)), "with norm: none"),
            inSomeLayer("attention", _ -> true, "without layers"),
            inSomeLayer("mask", layer -> layer.attention() == AttentionKind.SOFTMAX || layer.attention() == AttentionKind.UNIFORM,
                    "without attention: softmax or uniform"),
            inSomeLayer("qk_norm", layer -> layer.attention() == AttentionKind.SOFTMAX, "without attention: softmax, which alone has queries and keys"),
            inSomeLayer("ffn", _ -> true, "without layers"),
            inSomeLayer("residual", _ -> true, "without layers"),
            inSomeLayer("residual_scale", layer -> layer.residual() == ResidualKind.SCALED, "without residual: scaled"),
            new Condition("rope_theta", UnreadKeys::rotates, "without positions: rope and attention: softmax"),
            new Condition("rope_layout", UnreadKeys::rotates, "without positions: rope and attention: softmax"),
            inSomeLayer("bias", _ -> true, "without layers"),
            new Condition("init", UnreadKeys::hasMatrices, "without layers and with tied_head: true"),
            new Condition("init_std", made -> hasMatrices(made) && made.spec.init() != InitKind.XAVIER_NORMAL,
                    "with init: xavier_normal; choose init: gpt2 or normal"),
            new Condition("ngram_order", _ -> false, "in family transformer"));

    private UnreadKeys() {}

    static List<Violation> of(ModelSpec spec, Catalog catalog) {
        Set<String> has = HAS.get(spec.family());
        if (has == null) {
            Made made = new Made(spec, spec.layers(), catalog);
            return TRANSFORMER.stream().filter(condition -> !condition.read.test(made)).map(condition -> idle(condition.key, condition.otherwise)).toList();
        }
        String otherwise = Text.format("in family %s, which reads %s", spec.family().name().toLowerCase(Locale.ROOT),
                String.join(", ", KEYS.stream().filter(has::contains).toList()));
        return KEYS.stream().filter(key -> !has.contains(key)).map(key -> idle(key, otherwise)).toList();
    }

    private static Violation idle(String key, String otherwise) {
        return new Violation(key, Text.format("%s does nothing %s", key, otherwise));
    }

    private static Condition inSomeLayer(String key, Predicate<LayerSpec> read, String otherwise) {
        return new Condition(key, made -> made.someLayer(read), otherwise);
    }

    /** Heads that weigh positions alike are one matrix, however it is divided; unless their width is given, or something is learnt for each. */
    private static boolean tellsHeadsApart(Made made, LayerSpec layer) {
        ModelSpec spec = made.spec;
        boolean widthsGiven = spec.dHead().at(layer.index()) > 0 || spec.nKeyValueHeads().at(layer.index()) > 0;
        return layer.attention() == AttentionKind.SOFTMAX || layer.attends() && (widthsGiven || made.hasHeadLayer(layer.placement()));
    }

    private static boolean hasNorms(Made made) {
        ModelSpec spec = made.spec;
        boolean atTheEnd = switch (spec.finalNorm()) {
            case ALWAYS -> true;
            case PLACEMENT -> made.isNormed(spec.placement().at(Math.max(0, spec.nLayers() - 1)));
            case NEVER -> false;
        };
        return atTheEnd || made.someLayer(layer -> made.isNormed(layer.placement()));
    }

    /** Whether there is a norm of a kind that {@code reads}; the norms of queries and keys are RMSNorms. */
    private static boolean someNorm(Made made, Predicate<NormFactory> reads) {
        boolean ofQueries = made.someLayer(layer -> layer.qkNorm() && layer.attention() == AttentionKind.SOFTMAX);
        return ofQueries || hasNorms(made) && made.spec.norm().values().stream().anyMatch(name -> made.norm(name, reads));
    }

    private static boolean rotates(Made made) {
        return made.spec.positions() == PositionKind.ROPE && made.someLayer(layer -> layer.attention() == AttentionKind.SOFTMAX);
    }

    private static boolean hasMatrices(Made made) {
        return made.spec.nLayers() > 0 || !made.spec.tiedHead();
    }
}
