package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.verify.Candidate;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import java.util.Optional;

/** Cases for what is exhibited rather than tried for all. */
final class Cases {

    private Cases() {}

    /** Four tokens of width four and two heads of width two: large enough for everything to happen, small enough to read. */
    static BlockCase ordinary(Candidate candidate, long seed) {
        return ordinary(candidate, seed, 1, 4);
    }

    static BlockCase ordinary(Candidate candidate, long seed, int batch, int pos) {
        Optional<ModelSpec> spec = candidate.spec();
        return new BlockCase(spec.map(ModelSpec::mask).orElse(MaskKind.CAUSAL), spec.map(ModelSpec::actFn).orElse(ActFn.GELU),
                spec.map(ModelSpec::norm).orElse("layer_norm"), spec.map(ModelSpec::normEps).orElse(1e-5), true, true, 1, InputKind.NORMAL, 1,
                (int) Math.floorMod(seed, 1_000_000L), batch, pos, 4, 2, 2, 2, 6);
    }
}
