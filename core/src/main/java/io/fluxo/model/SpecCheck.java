package io.fluxo.model;

import io.fluxo.block.Placement;
import io.fluxo.block.Traits;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What makes a {@link ModelSpec} impossible: sizes out of range, ranges of layers, keys that contradict each other. */
final class SpecCheck {

    private static final int LONGEST_NGRAM = 16;
    private static final int MOST_LAYERS = 10_000;

    private final ModelSpec spec;
    private final Catalog catalog;
    private final List<Violation> found = new ArrayList<>();

    private SpecCheck(ModelSpec spec, Catalog catalog) {
        this.spec = spec;
        this.catalog = catalog;
    }

    static List<Violation> violations(ModelSpec spec, Catalog catalog) {
        SpecCheck check = new SpecCheck(spec, catalog);
        check.sizes();
        check.ranges();
        if (check.found.isEmpty() && spec.family() == Family.TRANSFORMER) {
            check.model();
            spec.layers().forEach(check::layer);
        }
        return check.found.stream().distinct().toList();
    }

    private void sizes() {
        atLeast("n_layers", spec.nLayers(), 0);
        if (spec.nLayers() > MOST_LAYERS) {
            add("n_layers", Text.format("n_layers must be at most %d, not %d", MOST_LAYERS, spec.nLayers()));
        }
        atLeast("d_model", spec.dModel(), 1);
        spec.nHeads().values().forEach(value -> atLeast("n_heads", value, 1));
        spec.nKeyValueHeads().values().forEach(value -> atLeast("n_key_value_heads", value, 0));
        spec.dHead().values().forEach(value -> atLeast("d_head", value, 0));
        spec.dMlp().values().forEach(value -> atLeast("d_mlp", value, 1));
        atLeast("n_ctx", spec.nCtx(), 1);
        atLeast("d_vocab", spec.dVocab(), 0);
        spec.normEps().values().forEach(value -> finite("norm_eps", value));
        spec.residualScale().values().stream().filter(value -> !Double.isFinite(value))
                .forEach(value -> add("residual_scale", "residual_scale must be a finite number, not " + value));
        spec.ropeTheta().values().stream().filter(value -> !(value > 1 && Double.isFinite(value)))
                .forEach(value -> add("rope_theta", "rope_theta must be a finite number above 1, not " + value));
        if (!(spec.dropout() >= 0 && spec.dropout() < 1)) {
            add("dropout", "dropout must be at least 0 and below 1, not " + spec.dropout());
        }
        if (spec.ngramOrder() < 1 || spec.ngramOrder() > LONGEST_NGRAM) {
            add("ngram_order", Text.format("ngram_order must be at least 1 and at most %d, not %d", LONGEST_NGRAM, spec.ngramOrder()));
        }
        finite("init_std", spec.initStd());
        finite("embed_std", spec.embedStd());
    }

    /** Every range names layers that there are, and none twice. */
    private void ranges() {
        Map<String, PerLayer<?>> keys = new LinkedHashMap<>();
        keys.put("n_heads", spec.nHeads());
        keys.put("n_key_value_heads", spec.nKeyValueHeads());
        keys.put("d_head", spec.dHead());
        keys.put("d_mlp", spec.dMlp());
        keys.put("act_fn", spec.actFn());
        keys.put("placement", spec.placement());
        keys.put("norm", spec.norm());
        keys.put("norm_affine", spec.normAffine());
        keys.put("norm_eps", spec.normEps());
        keys.put("attention", spec.attention());
        keys.put("mask", spec.mask());
        keys.put("qk_norm", spec.qkNorm());
        keys.put("ffn", spec.ffn());
        keys.put("residual", spec.residual());
        keys.put("residual_scale", spec.residualScale());
        keys.put("rope_theta", spec.ropeTheta());
        keys.put("bias", spec.bias());
        keys.forEach((key, value) -> value.violation(spec.nLayers()).ifPresent(message -> add(key, key + ": " + message)));
    }

    private void model() {
        Set<String> placements = spec.placement().values(spec.nLayers());
        placements.forEach(name -> stack(name, placements.size() > 1));
        boolean softmax = spec.nLayers() == 0 || spec.attention().values(spec.nLayers()).contains(AttentionKind.SOFTMAX);
        if (!softmax && (spec.positions() == PositionKind.ROPE || spec.positions() == PositionKind.ALIBI)) {
            add("positions", Text.format("positions %s enters through attention's scores, and no layer has attention softmax", label(spec.positions())));
        }
    }

    /** What a placement asks of the whole stack. */
    private void stack(String placement, boolean mixed) {
        Traits traits = traits(placement);
        if (traits.streams() > 1 && mixed) {
            add("placement", Text.format("placement %s carries %d streams through every layer, so that it cannot be mixed with others: %s", placement,
                    traits.streams(), spec.placement()));
        }
        if (spec.finalNorm() != ModelSpec.FinalNorm.PLACEMENT) {
            traits.ending().ifPresent(ending -> add("final_norm",
                    Text.format("placement %s ends in %s, and in no other norm: final_norm must be placement", placement, ending)));
        }
    }

    /** What the placement says of itself; nothing in particular where its name is not registered, which is found elsewhere. */
    private Traits traits(String placement) {
        Placement known = catalog.placements().get(placement);
        return known == null ? Traits.ORDINARY : Traits.saidBy(known);
    }

    private void layer(LayerSpec layer) {
        placement(layer, traits(layer.placement()));
        if (!layer.attends() && !layer.ffn()) {
            add("ffn", Text.format("attention none and ffn false leave nothing in layer %d", layer.index()));
        }
        if (layer.attends()) {
            heads(layer);
        }
    }

    /** What a placement asks of its own layer. */
    private void placement(LayerSpec layer, Traits traits) {
        String name = layer.placement();
        if (traits.bothSubLayers() && !(layer.attends() && layer.ffn())) {
            add("placement", Text.format("placement %s needs both attention and ffn in its layer", name));
        }
        switch (traits.residual()) {
            case PRESENT -> {
                if (layer.residual() == ResidualKind.NONE) {
                    add("placement", Text.format("placement %s weighs the residual connection, and residual none has none", name));
                }
            }
            case PLAIN -> {
                if (layer.residual() != ResidualKind.IDENTITY) {
                    add("placement", Text.format("placement %s adds what its sub-layers return as it is: residual must be identity", name));
                }
            }
            case ANY -> { }
        }
    }

    private void heads(LayerSpec layer) {
        if (spec.dHead().at(layer.index()) == 0 && spec.dModel() % layer.nHeads() != 0) {
            add("n_heads", Text.format("n_heads %d does not divide d_model %d: choose a divisor, or give d_head", layer.nHeads(), spec.dModel()));
        }
        if (layer.nHeads() % layer.nKeyValueHeads() != 0) {
            add("n_key_value_heads", Text.format("n_heads %d is not a multiple of n_key_value_heads %d", layer.nHeads(), layer.nKeyValueHeads()));
        }
        if (spec.positions() == PositionKind.ROPE && layer.attention() == AttentionKind.SOFTMAX && layer.dHead() % 2 != 0) {
            add("positions", Text.format("positions rope turns features in pairs, and d_head %d is odd", layer.dHead()));
        }
    }

    private void atLeast(String key, int value, int least) {
        if (value < least) {
            add(key, Text.format("%s must be at least %d, not %d", key, least, value));
        }
    }

    private void finite(String key, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            add(key, Text.format("%s must be a finite number ≥ 0, not %s", key, value));
        }
    }

    private void add(String key, String message) {
        found.add(new Violation(key, message));
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }
}
