package example.claim;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Topic;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.measure.Deviations;
import io.fluxo.experiments.verify.measure.ForAllCases;
import io.fluxo.experiments.verify.measure.Specimen;
import io.fluxo.layer.norm.NoNorm;
import io.fluxo.property.InputKind;
import io.fluxo.property.Outcome;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import java.util.Arrays;

/** A claim of a paper, with a faulty block that it must refute. */
final class ScaleIsForgotten extends Claim {

    private static final double FACTOR = 4;
    private static final double TOLERANCE = 1e-5;
    private static final String THEORY = "LN(4·x) = LN(x)";

    ScaleIsForgotten() {
        super(Statement.of("example-scale", "What a pre-norm block gives to attention does not depend on the scale of its input")
                .said(Citation.of("Ba, Kiros and Hinton (2016), section 5.1", "the layer normalization is invariant to re-scaling of a single training case"))
                .group("example")
                .about(Scope.PRE, Topic.NORM, Topic.MIXING)
                .over("d_model 4 … 8, 1 … 4 tokens, inputs about 1000, far above ε", "for all inputs")
                .expected(Verdict.HOLDS)
                .by("random cases", "shrinking")
                .refutes(new Mutant("mutant-example-no-norm", "nothing is normalised", Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS),
                        parts -> parts.withNorms(norm -> new NoNorm(norm.path())))));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        var cases = candidate.domain(apparatus.dtype()).inputs(InputKind.NORMAL).inputScales(1e3).pos(1, 4).width(4, 8);
        return ForAllCases.of(candidate, apparatus).run(THEORY, cases, ScaleIsForgotten::judge).finding(THEORY);
    }

    private static Outcome judge(Specimen specimen, Deviations deviations) {
        HostArray x = specimen.xs();
        double[] scaled = Arrays.stream(x.toDoubles()).map(value -> FACTOR * value).toArray();
        double[] before = specimen.symbols(x).get("t1").toDoubles();                                      // LN(x), [batch pos d_model]
        double[] after = specimen.symbols(HostArray.of(x.shape(), x.dtype(), scaled)).get("t1").toDoubles();
        for (int i = 0; i < before.length; i++) {
            if (!deviations.add(after[i], before[i], TOLERANCE * (1 + Math.abs(before[i])))) {
                return Outcome.fail(Text.format("feature %d is %s of x, and %s of %s·x", i + 1, before[i], after[i], FACTOR));
            }
        }
        return Outcome.pass();
    }
}
