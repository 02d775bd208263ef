package io.fluxo.model;

import static io.fluxo.model.ModelSpec.ATTENTION;
import static io.fluxo.model.ModelSpec.D_HEAD;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_KEY_VALUE_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;

import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.PartSays;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.LayerKey;

/**
 * One layer of a model: the keys that may differ by layer, with this layer's values.
 *
 * @param index the layer, from 0
 */
public record LayerSpec(ModelSpec model, int index) {

    /** This layer's value of {@code key}. */
    public <T> T get(LayerKey<T> key) {
        return model.get(key).at(index);
    }

    /** How many layers the model has. */
    public int layers() {
        return model.get(N_LAYERS);
    }

    /** The width of one head, as given or as d_model / n_heads. */
    public int headWidth() {
        return get(D_HEAD) > 0 ? get(D_HEAD) : model.get(D_MODEL) / get(N_HEADS);
    }

    /** How many heads of keys and values there are, as given or as many as there are heads. */
    public int keyValueHeads() {
        return get(N_KEY_VALUE_HEADS) > 0 ? get(N_KEY_VALUE_HEADS) : get(N_HEADS);
    }

    /** Whether the projections to queries, keys and values carry a bias. */
    public boolean qkvBias() {
        return biased(get(ModelSpec.QKV_BIAS));
    }

    /** Whether attention's projection back to the stream carries a bias. */
    public boolean outBias() {
        return biased(get(ModelSpec.OUT_BIAS));
    }

    /** Whether the feed-forward network's projections carry a bias. */
    public boolean mlpBias() {
        return biased(get(ModelSpec.MLP_BIAS));
    }

    private boolean biased(ModelSpec.BiasKind kind) {
        return switch (kind) {
            case BIAS -> get(ModelSpec.BIAS);
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }

    /** What this layer's attention kind declares; where it is not registered, what is assumed of a kind that declares nothing. */
    public AttentionTraits attention(Catalog catalog) {
        return catalog.find(AttentionKind.KIND, get(ATTENTION)).map(kind -> PartSays.orElse(AttentionTraits.OTHER, kind::traits)).orElse(AttentionTraits.OTHER);
    }
}
