package io.fluxo.model;

import io.fluxo.model.ModelSpec.*;

/**
 * What one layer is built from: the keys of a {@link ModelSpec} that may differ by layer, as they are at this one.
 *
 * @param index  the layer, from 0
 * @param layers how many there are
 */
public record LayerSpec(int index, int layers, int nHeads, int nKeyValueHeads, int dHead, int dMlp, ActFn actFn, String placement,
                        String norm, boolean normAffine, double normEps, AttentionKind attention, MaskKind mask, boolean qkNorm,
                        boolean ffn, ResidualKind residual, double residualScale, double ropeTheta, boolean bias) {

    static LayerSpec of(ModelSpec spec, int layer) {
        return new LayerSpec(layer, spec.nLayers(), spec.nHeads().at(layer), spec.keyValueHeads(layer), spec.headWidth(layer),
                spec.dMlp().at(layer), spec.actFn().at(layer), spec.placement().at(layer), spec.norm().at(layer),
                spec.normAffine().at(layer), spec.normEps().at(layer), spec.attention().at(layer), spec.mask().at(layer),
                spec.qkNorm().at(layer), spec.ffn().at(layer), spec.residual().at(layer), spec.residualScale().at(layer),
                spec.ropeTheta().at(layer), spec.bias().at(layer));
    }

    /** Whether the layer has a sub-layer that lets tokens see each other. */
    public boolean attends() {
        return attention != AttentionKind.NONE;
    }
}
