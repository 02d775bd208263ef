package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.plugin.Catalog;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A key under which two specifications say something else of what is computed, however they are written. */
public record SpecDifference(String key, Object there, Object here) {

    /** Keys that say how initial values are drawn, which are replaced where parameters are given, and keys that act in training alone. */
    public static final Set<String> NOT_COMPUTED = Set.of("init", "init_std", "embed_std", "dropout", "init_from");

    /** Keys whose value for all layers is that of norms outside the blocks too. */
    private static final Set<String> OF_STREAM_NORMS = Set.of("norm", "norm_affine", "norm_eps");

    /** Keys that stand for another one's value where they say nothing: what they come to in a layer. */
    private static final Map<String, Function<LayerSpec, Object>> COME_TO = Map.of(
            "n_key_value_heads", LayerSpec::keyValueHeads,
            "d_head", LayerSpec::headWidth,
            "attn_scale", layer -> layer.get(ATTN_SCALE) > 0 ? layer.get(ATTN_SCALE) : Math.sqrt(layer.headWidth()),
            "bias", layer -> List.of(layer.qkvBias(), layer.outBias(), layer.mlpBias()),
            "qkv_bias", LayerSpec::qkvBias,
            "out_bias", LayerSpec::outBias,
            "mlp_bias", LayerSpec::mlpBias);

    /**
     * Each key that says something else of what is computed.
     *
     * @param catalog the parts, which say what they do not read
     * @param but     keys that may differ
     */
    public static List<SpecDifference> between(ModelSpec there, ModelSpec here, Catalog catalog, Set<String> but) {
        if (there.get(FAMILY) != here.get(FAMILY)) {
            return List.of(new SpecDifference("family", there.get(FAMILY), here.get(FAMILY)));
        }
        Set<String> passedOver = keys(there.unread(catalog));
        passedOver.retainAll(keys(here.unread(catalog)));
        passedOver.addAll(but);
        Map<String, Object> values = there.values();
        List<SpecDifference> differences = new ArrayList<>();
        here.values().forEach((key, value) -> {
            int layers = Math.min(there.get(N_LAYERS), here.get(N_LAYERS));
            boolean written = !value.equals(values.get(key)); // otherwise it follows from another key
            if (written && !passedOver.contains(key) && !meaning(there, key, values.get(key), layers).equals(meaning(here, key, value, layers))) {
                differences.add(new SpecDifference(key, values.get(key), value));
            }
        });
        return differences;
    }

    private static Set<String> keys(List<Violation> violations) {
        return violations.stream().map(Violation::key).collect(Collectors.toCollection(HashSet::new));
    }

    /** The meaning of a value, however it is written. */
    private static Object meaning(ModelSpec spec, String key, Object value, int layers) {
        if (COME_TO.containsKey(key)) {
            return IntStream.range(0, layers).mapToObj(layer -> COME_TO.get(key).apply(spec.layer(layer))).toList();
        }
        return value instanceof PerLayer<?> byLayer ? Stream.concat(OF_STREAM_NORMS.contains(key) ? Stream.of(byLayer.standard()) : Stream.empty(),
                IntStream.range(0, layers).mapToObj(byLayer::at)).toList() : value;
    }

    @Override
    public String toString() {
        return Text.format("%s is %s there and %s here", key, Values.label(there), Values.label(here));
    }
}
