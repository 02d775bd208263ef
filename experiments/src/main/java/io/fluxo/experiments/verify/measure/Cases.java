package io.fluxo.experiments.verify.measure;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.verify.Candidate;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.property.BlockCase;
import io.fluxo.property.InputKind;
import io.fluxo.setting.Choice;
import java.util.Optional;

/** Cases for claims that are shown by one example, and not tried on many cases. */
public final class Cases {

    private Cases() {}

    /** Four tokens of width four and two heads of width two: large enough for everything to happen, small enough to read. */
    public static BlockCase ordinary(Candidate candidate, long seed) {
        return ordinary(candidate, seed, 1, 4);
    }

    public static BlockCase ordinary(Candidate candidate, long seed, int batch, int pos) {
        Optional<ModelSpec> spec = candidate.spec();
        ModelSpec kinds = spec.orElse(ModelSpec.DEFAULT);
        int heads = 2 * (kinds.layer(0).get(N_HEADS) / kinds.layer(0).keyValueHeads());
        return new BlockCase(spec.map(one -> one.get(MASK).standard()).orElse(MaskKind.CAUSAL), spec.map(one -> one.get(ACT_FN).standard()).orElse(Choice.of("gelu")),
                spec.map(one -> one.get(NORM).standard()).orElse(ModelSpec.DEFAULT.get(NORM).standard()), spec.map(one -> one.get(NORM_EPS).standard()).orElse(1e-5), true, true, 1, InputKind.NORMAL, 1,
                (int) Math.floorMod(seed, 1_000_000L), batch, pos, 4, heads, 2, 2, 6, kinds.like(kinds.layer(0), candidate.catalog()));
    }
}
