package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.block.Placement;
import io.fluxo.block.SubLayers;
import io.fluxo.block.Traits;
import io.fluxo.layer.PartSays;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.layer.position.PositionTraits;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.LayerPartKey;
import io.fluxo.setting.PartKey;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What makes a {@link ModelSpec} impossible: sizes out of range, ranges of layers, keys that contradict each other. */
final class SpecCheck {

    private final ModelSpec spec;
    private final Catalog catalog;
    private final List<Violation> found = new ArrayList<>();

    private SpecCheck(ModelSpec spec, Catalog catalog) {
        this.spec = spec;
        this.catalog = catalog;
    }

    static List<Violation> violations(ModelSpec spec, Catalog catalog) {
        SpecCheck check = new SpecCheck(spec, catalog);
        check.found.addAll(spec.illegal());
        check.ranges();
        check.parts();
        if (check.found.isEmpty() && spec.get(FAMILY) == Family.TRANSFORMER) {
            check.model();
            spec.layers().forEach(check::layer);
        }
        return check.found.stream().distinct().toList();
    }

    /** Every range names layers that there are, and none twice. */
    private void ranges() {
        spec.values().forEach((key, value) -> {
            if (value instanceof PerLayer<?> layers) {
                layers.violation(spec.get(N_LAYERS)).ifPresent(message -> add(key, key + ": " + message));
            }
        });
    }

    /** Every part that is named is registered, and its own keys are legal. */
    private void parts() {
        KEYS.all().forEach(key -> {
            switch (key) {
                case LayerPartKey layered -> spec.get(layered).values().forEach(choice -> found.addAll(catalog.violations(key.name(), layered.kind(), choice)));
                case PartKey plain -> found.addAll(catalog.violations(key.name(), plain.kind(), spec.get(plain)));
                default -> { }
            }
        });
    }

    private void model() {
        Choice activation = spec.get(ACT_FN).standard();
        if (spec.get(MLM_HEAD) && catalog.part(ActFn.KIND, activation).elementwise().isEmpty()) {
            add("mlm_head", Text.format("mlm_head applies act_fn to a projection by itself, and %s is the form of a whole network", activation));
        }
        Set<Choice> placements = spec.get(PLACEMENT).values(spec.get(N_LAYERS));
        placements.forEach(choice -> stack(choice, placements.size() > 1));
        carriedValues();
        boolean matches = spec.get(N_LAYERS) == 0 || spec.layers().stream().anyMatch(layer -> layer.attention(catalog).matches());
        if (!matches && positions().throughScores()) {
            add("positions", Text.format("positions %s enters through attention's scores, and no layer has attention softmax", spec.get(POSITIONS)));
        }
    }

    private PositionTraits positions() {
        return catalog.part(PositionKind.KIND, spec.get(POSITIONS)).traits();
    }

    /** What a placement asks of the whole stack. */
    private void stack(Choice placement, boolean mixed) {
        Traits traits = traits(placement);
        if (traits.streams() > 1 && mixed) {
            add("placement", Text.format("placement %s carries %d streams through every layer, so that it cannot be mixed with others: %s", placement,
                    traits.streams(), spec.get(PLACEMENT)));
        }
        if (traits.streams() == 1 && traits.ending().isPresent() && mixed) {
            add("placement", Text.format("placement %s ends in %s, for which every layer has to be of this placement: %s", placement, traits.ending().orElseThrow(),
                    spec.get(PLACEMENT)));
        }
        if (spec.get(FINAL_NORM) != ModelSpec.FinalNorm.PLACEMENT) {
            traits.ending().ifPresent(ending -> add("final_norm",
                    Text.format("placement %s ends in %s, and in no other norm: final_norm must be placement", placement, ending)));
        }
    }

    private Traits traits(Choice placement) {
        return Traits.saidBy(catalog.part(Placement.KIND, placement));
    }

    private void layer(LayerSpec layer) {
        placement(layer, traits(layer.get(PLACEMENT)));
        boolean attends = layer.attention(catalog).present();
        if (!attends && !layer.get(FFN)) {
            add("ffn", Text.format("attention none and ffn false leave nothing in layer %d", layer.index()));
        }
        if (attends) {
            heads(layer);
        }
    }

    /** What a placement asks of its own layer. */
    private void placement(LayerSpec layer, Traits traits) {
        Choice name = layer.get(PLACEMENT);
        if (traits.bothSubLayers() && !(layer.attention(catalog).present() && layer.get(FFN))) {
            add("placement", Text.format("placement %s needs both attention and ffn in its layer", name));
        }
        if (layer.get(QK_NORM) && normsWithin(name)) {
            add("qk_norm", Text.format("placement %s normalises queries and keys by itself: leave qk_norm out", name));
        }
        switch (traits.residual()) {
            case PRESENT -> {
                if (layer.get(RESIDUAL) == ResidualKind.NONE) {
                    add("placement", Text.format("placement %s weighs the residual connection, and residual none has none", name));
                }
            }
            case PLAIN -> {
                if (layer.get(RESIDUAL) != ResidualKind.IDENTITY) {
                    add("placement", Text.format("placement %s adds what its sub-layers return as it is: residual must be identity", name));
                }
            }
            case ANY -> { }
        }
    }

    private boolean normsWithin(Choice placement) {
        return PartSays.orElse(false, () -> catalog.part(Placement.KIND, placement).subLayers(SubLayers.Site.ANYWHERE).norms().isPresent());
    }

    private void heads(LayerSpec layer) {
        int heads = layer.get(N_HEADS);
        if (layer.get(D_HEAD) == 0 && spec.get(D_MODEL) % heads != 0) {
            add("n_heads", Text.format("n_heads %d does not divide d_model %d: choose a divisor, or give d_head", heads, spec.get(D_MODEL)));
        }
        if (heads % layer.keyValueHeads() != 0) {
            add("n_key_value_heads", Text.format("n_heads %d is not a multiple of n_key_value_heads %d", heads, layer.keyValueHeads()));
        }
        if (positions().inPairs() && layer.attention(catalog).matches() && layer.headWidth() % 2 != 0) {
            add("positions", Text.format("positions %s turns features in pairs, and d_head %d is odd", spec.get(POSITIONS), layer.headWidth()));
        }
    }

    /** Layers whose values meet have values of one width. */
    private void carriedValues() {
        Optional<LayerSpec> first = Optional.empty();
        for (LayerSpec layer : spec.layers()) {
            if (layer.attention(catalog).carries()) {
                if (first.isEmpty()) {
                    first = Optional.of(layer);
                }
                LayerSpec one = first.get();
                if (layer.keyValueHeads() != one.keyValueHeads() || layer.headWidth() != one.headWidth()) {
                    add("attention", Text.format("attention %s takes over the values of layer %d, which has %d heads of keys and values of width %d; layer %d has %d of width %d",
                            layer.get(ATTENTION), one.index(), one.keyValueHeads(), one.headWidth(), layer.index(), layer.keyValueHeads(), layer.headWidth()));
                    return;
                }
            }
        }
    }

    private void add(String key, String message) {
        found.add(new Violation(key, message));
    }
}
