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
import io.fluxo.experiments.verify.measure.Draws;
import io.fluxo.layer.Cell;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.List;

/** Layer norm before each sub-layer reads the stream less its mean alone; if nothing ever adds a mean, RMS norm reads the same. */
final class PreRmsEquivalence extends Claim {

    private static final double TOLERANCE = 1e-9;
    private static final String THEORY = "the logits of pre-LN = those of pre-RMSNorm with x_0, W_O, b_O, W_out and b_out centred over features";

    PreRmsEquivalence() {
        super(Statement.of("pre-rms-equivalence", "A pre-norm transformer with layer norm is one with RMS norm once embeddings and outputs of sub-layers are centred")
                .said(Citation.of("Jiang et al. (2023)"))
                .group("algebra")
                .about(Scope.NONE)
                .over("1 … 3 blocks, 2 … 6 tokens, d = 3 … 10, gains drawn at random, β = 0, ε = 0", "for all weights and inputs, on random ones")
                .expected(Verdict.HOLDS)
                .by("float64 on ejml")
                .refutes(Faults.RMS_SCALE, Faults.NO_NORM));
    }

    @Override
    public Finding check(Candidate candidate, Apparatus apparatus) {
        Deviation centred = new Deviation();
        double untouched = 0;
        for (Trial trial : Trial.of(apparatus, id(), 100)) {
            Sizes sizes = Sizes.of(trial);
            HostArray x0 = sizes.x0(trial);
            double[][] middle = Dense.centred(Dense.of(x0));
            double[][] expected = logits(apparatus, trial, sizes, "layer_norm", x0, false);
            HostArray around = Draws.stream(sizes.tokens(), sizes.width(), DType.F64, Dense.flat(middle));
            centred.see(Dense.difference(logits(apparatus, trial, sizes, "rms_norm", around, true), expected));
            untouched = Math.max(untouched, Dense.difference(logits(apparatus, trial, sizes, "rms_norm", x0, false), expected));
        }
        return new Figures().add(Figure.within("largest difference of logits, centred", 0, centred.value(), TOLERANCE))
                .add(Figure.atLeast("largest difference of logits, not centred", 1e-3, untouched)).finding(THEORY).within(TOLERANCE);
    }

    private static double[][] logits(Apparatus apparatus, Trial trial, Sizes sizes, String norm, HostArray x0, boolean centre) {
        ModelSpec spec = sizes.spec("pre").with(ModelSpec.NORM, norm).with(ModelSpec.NORM_AFFINE, true);
        try (Blocks blocks = Blocks.of(spec, apparatus.catalog(), apparatus.reference(), DType.F64, trial.key())) {
            blocks.set("*", cell -> cell.name().endsWith("ln1.b") || cell.name().endsWith("ln2.b") || cell.name().equals("ln_final.b") ? Draws.constant(cell.shape().elements(), 0)
                    : centre && writes(cell) ? Dense.flat(Dense.centred(Dense.of(Sizes.values(trial, cell), sizes.width()))) : Sizes.values(trial, cell));
            return Dense.of(blocks.compute((pass, x) -> blocks.model().unembed(pass, blocks.model().stream(pass, x)), x0));
        }
    }

    /** Whether the cell's rows are added to the stream. */
    private static boolean writes(Cell cell) {
        return List.of("W_O", "b_O", "W_out", "b_out").stream().anyMatch(name -> cell.name().endsWith("." + name));
    }
}
