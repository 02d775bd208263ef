package io.fluxo.experiments.verify.collapse;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Fault;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.text.Text;
import java.util.List;

/**
 * How fast each kind of attention alone makes tokens alike. Softpick does not: its rows are 0 where no score is positive, tokens that are 0 meet each other with
 * scores of 0, and so all of them are 0 in the end. The scatter of the shares grows with each layer, as they are cubed: at the fourth layer of differential attention
 * single seeds lie a factor e³ apart, for which five seeds are too few. Softpick's fourth layer is given by the median:
 * single seeds, in which hardly a token is left, would rule the geometric mean.
 */
final class CollapseVariants extends Claim {

    private static final int[] AT = {1, 2, 3, 4};
    private static final int COLLAPSED = 8;

    CollapseVariants() {
        super(Statement.of("collapse-variants", "Off-by-one, value-residual, differential and gated attention alone collapse as softmax does, some layers later; softpick dies instead")
                .said(Citation.of("derived, in the configuration of Dong et al. (2021)"))
                .group("rank-collapse")
                .about(Scope.NONE)
                .over("one head, no mask, no residual, no norm, no network; weights N(0, 1/rows), d = 64, 32 tokens, 12 layers", "geometric mean of 20 seeds")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(CollapseFaults.RESIDUAL_KEPT, Fault.of("mutant-off-by-one-is-softmax", "the rows of off_by_one sum to 1", AttentionKind.KIND, "off_by_one",
                        AttentionKind.of(MultiHeadAttention::new, AttentionTraits.CHAPTER))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Shares softmax = VariantShares.of(apparatus, "softmax", "softmax", COLLAPSED);
        Shares offByOne = VariantShares.of(apparatus, "off_by_one", "off-by-one", COLLAPSED);
        Shares value = VariantShares.of(apparatus, "value_residual", "value residual", COLLAPSED);
        Shares bare = VariantShares.differentialWithoutNorm(apparatus, COLLAPSED);
        Shares differential = VariantShares.of(apparatus, "differential", "differential", COLLAPSED);
        Shares gated = VariantShares.of(apparatus, "gated", "gated", COLLAPSED);
        Shares softpick = VariantShares.of(apparatus, "softpick", "softpick", Stacks.LAYERS);
        Figures figures = new Figures();
        softmax.expect(figures, AT, .71, .029, 6e-7, 0);
        offByOne.expect(figures, AT, .71, .028, 2e-5, 5e-9);
        value.expect(figures, AT, .71, .058, 5e-5, 3e-11);
        bare.expect(figures, AT, .80, .058, 2e-6, 0);
        differential.expect(figures, AT, .80, .34, .025, 6e-6);
        gated.expect(figures, AT, .74, .071, .0016, 2e-5);
        softpick.expect(figures, new int[] {1, 2, 3}, .88, .65, .88);
        figures.add(Figure.factor("softpick, layer 4, median", .95, softpick.median(4), 3));
        Shares.ordered(figures, 3, softmax, bare, offByOne, value, gated, differential, softpick);
        for (Shares shares : List.of(softmax, offByOne, value, bare, differential, gated)) {
            shares.expect(figures, new int[] {COLLAPSED}, 0);
        }
        long alive = softpick.bySeed().stream().filter(seed -> !Double.isNaN(seed[Stacks.LAYERS - 1])).count();
        figures.add(Figure.atMost(Text.format("seeds in which softpick leaves anything but 0 after %d layers", Stacks.LAYERS), 0, alive));
        return figures.finding("‖res(X)‖/‖X‖ by layer; all but softpick at float64's floor by layer 8").drawn(
                Shares.drawn("tokens' share of differences", softmax, offByOne, value, bare, differential, gated, softpick));
    }
}
