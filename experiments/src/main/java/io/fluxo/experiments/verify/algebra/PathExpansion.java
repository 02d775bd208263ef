package io.fluxo.experiments.verify.algebra;

import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Citation;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Scope;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.experiments.verify.Verdict;
import io.fluxo.experiments.verify.algebra.fault.Faults;
import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;
import java.util.stream.IntStream;

/** With frozen patterns a stack of attention alone is linear: a path past or through one head of each layer, and the output is the sum over all paths. */
final class PathExpansion extends Claim {

    private static final double TOLERANCE = 1e-9;
    private static final String THEORY = "x_L = Σ over (1 + H)^L paths; C(L, l)·H^l of them have length l";

    PathExpansion() {
        super(Statement.of("path-expansion", "Attention with residual connections alone is, its patterns frozen, the sum over all paths through heads")
                .said(Citation.of("Dong, Cordonnier and Loukas (2021), theorem 2.1"))
                .group("algebra")
                .about(Scope.NONE)
                .over("L = 1 … 4, H = 1 … 3, 2 … 6 tokens, d = 3 … 10, no norm, no network, no biases", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml", "all paths on the host")
                .refutes(Faults.INPUT_ADDED, Faults.RESIDUAL_DROPPED));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation sum = new Deviation();
        Deviation counts = new Deviation();
        for (Trial trial : Trial.of(apparatus, id(), 50)) {
            Sizes sizes = Sizes.of(trial).withLayers(trial.between("depth", 1, 4));
            try (Blocks blocks = Blocks.of(sizes.attentionOnly().with(ModelSpec.BIAS, false), apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
                blocks.set("blocks.*", cell -> Sizes.values(trial, cell));
                HostArray x0 = sizes.x0(trial);
                Blocks.Run run = blocks.run(x0, "blocks.*.attn.hook_pattern");
                Paths paths = new Paths(sizes, IntStream.range(0, sizes.layers()).mapToObj(layer -> Heads.unbiased(blocks, layer, sizes)).toList(), run, new long[sizes.layers() + 1]);
                sum.see(Dense.difference(paths.from(Dense.of(x0), 0, 0), Dense.of(run.output())));
                for (int length = 0; length <= sizes.layers(); length++) {
                    counts.see(paths.found[length] - binomial(sizes.layers(), length) * Math.pow(sizes.heads(), length));
                }
            }
        }
        return new Figures().add(Figure.within("largest |x_L − Σ paths|", 0, sum.value(), TOLERANCE))
                .add(Figure.within("paths of length l beside C(L, l)·H^l", 0, counts.value(), 0)).finding(THEORY).within(TOLERANCE);
    }

    /** @param found how many paths of each length there were */
    private record Paths(Sizes sizes, List<Heads> layers, Blocks.Run run, long[] found) {

        /** The sum over all paths on from {@code layer} of what they make of {@code x}. */
        private double[][] from(double[][] x, int layer, int length) {
            if (layer == layers.size()) {
                found[length]++;
                return x;
            }
            double[][] sum = from(x, layer + 1, length);
            for (int head = 0; head < sizes.heads(); head++) {
                double[][] through = Dense.times(Heads.weights(run.at("blocks." + layer + ".attn.hook_pattern"), head), Dense.times(x, layers.get(layer).circuits().get(head)));
                sum = Dense.sum(sum, from(through, layer + 1, length + 1));
            }
            return sum;
        }
    }

    private static double binomial(int n, int k) {
        return k == 0 ? 1 : binomial(n - 1, k - 1) * n / k;
    }
}
