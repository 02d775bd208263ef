package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import java.util.ArrayList;
import java.util.List;

/** Small models of every kind. */
final class Specs {

    private Specs() {}

    /** Two layers of width 8 with 3 heads of width 2, so that heads and stream differ. */
    static ModelSpec of(String placement, String norm, MaskKind mask, String positions, String actFn) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 8).with(N_HEADS, 3).with(D_HEAD, 2).with(D_MLP, 12).with(N_CTX, 6).with(D_VOCAB, 5)
                .with(ACT_FN, actFn).with(PLACEMENT, placement).with(NORM, norm)                .with(NORM_AFFINE, true).with(MASK, mask).with(POSITIONS, positions);
    }

    static ModelSpec of(String placement) {
        return of(placement, "layer_norm", MaskKind.CAUSAL, "learned", "relu");
    }

    static ModelSpec withNorm(String placement, String norm) {
        return of(placement, norm, MaskKind.CAUSAL, "learned", "relu");
    }

    /** Every placement, norm, mask, kind of positions and activation. */
    static List<ModelSpec> all() {
        List<ModelSpec> all = new ArrayList<>();
        for (String placement : List.of("post", "pre")) {
            for (String norm : List.of("layer_norm", "rms_norm")) {
                for (MaskKind mask : MaskKind.values()) {
                    for (String positions : ModelParts.CATALOG.names(PositionKind.KIND)) {
                        for (String actFn : ModelParts.CATALOG.names(ActFn.KIND)) {
                            all.add(of(placement, norm, mask, positions, actFn));
                        }
                    }
                }
            }
        }
        return all;
    }
}
