package io.fluxo.proof;

import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.PositionKind;
import java.util.ArrayList;
import java.util.List;

/** Small models of every kind. */
final class Specs {

    private Specs() {}

    /** Two layers of width 8 with 3 heads of width 2, so that heads and stream differ. */
    static ModelSpec of(String placement, String norm, MaskKind mask, PositionKind positions, ActFn actFn) {
        return ModelSpec.builder().nLayers(2).dModel(8).nHeads(3).dHead(2).dMlp(12).nCtx(6).dVocab(5).actFn(actFn).placement(placement).norm(norm)
                .normAffine(true).mask(mask).positions(positions).build();
    }

    static ModelSpec of(String placement) {
        return of(placement, "layer_norm", MaskKind.CAUSAL, PositionKind.LEARNED, ActFn.RELU);
    }

    static ModelSpec withNorm(String placement, String norm) {
        return of(placement, norm, MaskKind.CAUSAL, PositionKind.LEARNED, ActFn.RELU);
    }

    /** Every placement, norm, mask, kind of positions and activation. */
    static List<ModelSpec> all() {
        List<ModelSpec> all = new ArrayList<>();
        for (String placement : List.of("post", "pre")) {
            for (String norm : List.of("layer_norm", "rms_norm")) {
                for (MaskKind mask : MaskKind.values()) {
                    for (PositionKind positions : PositionKind.values()) {
                        for (ActFn actFn : ActFn.values()) {
                            all.add(of(placement, norm, mask, positions, actFn));
                        }
                    }
                }
            }
        }
        return all;
    }
}
