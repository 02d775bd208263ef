package io.fluxo.experiments.verify.claim;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Check;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Numbers;
import io.fluxo.experiments.verify.example.LayerNormOnPaper;
import io.fluxo.experiments.verify.example.Mermaid;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The chapter's numbers: what adds up, what does not follow, and that a real block can produce them all the same. */
final class WorkedExample {

    private WorkedExample() {}

    private static double tolerance(DType dtype) {
        return dtype == DType.F64 ? 1e-10 : 1e-5;
    }

    /** A function of vectors of width 4, on a backend. */
    private interface Computation {
        Tensor run(Ops ops, Tensor a, Tensor b);
    }

    private static double[] compute(Apparatus apparatus, double[] a, double[] b, Computation computation) {
        Backend backend = apparatus.backend();
        try (TensorScope _ = backend.openScope()) {
            Shape shape = Shape.of(1, a.length);
            Tensor left = backend.upload(HostArray.of(shape, apparatus.dtype(), a));
            Tensor right = backend.upload(HostArray.of(shape, apparatus.dtype(), b));
            return backend.download(computation.run(Pass.evaluation(backend), left, right)).toDoubles();
        }
    }

    private static double apart(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    /** t2 = t1 + x2 and t5 = t4 + t3, as printed. */
    static final class Sums implements Check {
        @Override
        public Finding of(Candidate candidate, Apparatus apparatus) {
            double[] t2 = compute(apparatus, Published.T1, Published.X, Ops::add);
            double[] t5 = compute(apparatus, Published.T4, Published.T3, Ops::add);
            String theory = Text.format("t1 + x2 = %s, t4 + t3 = %s", Numbers.text(Published.T2), Numbers.text(Published.T5));
            String measured = Text.format("t1 + x2 = %s, t4 + t3 = %s", Numbers.text(t2), Numbers.text(t5));
            double off = Math.max(apart(t2, Published.T2), apart(t5, Published.T5));
            return off <= tolerance(apparatus.dtype()) ? Finding.holds(theory, measured).within(tolerance(apparatus.dtype()))
                    : Finding.refuted(theory, measured, measured);
        }
    }

    /** t3 = LN(t2) and h = LN(t5), as printed: not with any one gain and bias. */
    static final class Norms implements Check {
        @Override
        public Finding of(Candidate candidate, Apparatus apparatus) {
            double[] first = layerNorm(apparatus, Published.T2);
            double[] second = layerNorm(apparatus, Published.T5);
            LayerNormOnPaper onPaper1 = LayerNormOnPaper.of(Published.T2);
            LayerNormOnPaper onPaper2 = LayerNormOnPaper.of(Published.T5);
            double off = Math.max(apart(first, onPaper1.normalized()), apart(second, onPaper2.normalized()));
            String theory = Text.format("LN(t2) = %s, LN(t5) = %s", Numbers.text(Published.T3), Numbers.text(Published.H));
            if (!(off <= tolerance(apparatus.dtype()))) {
                return Finding.skipped(Text.format("the backend's LayerNorm is %s away from the definition: it cannot tell", Numbers.text(off)));
            }
            double nearest = Math.min(onPaper1.fromScalarGain(Published.T3), onPaper2.fromScalarGain(Published.H));
            List<String> derivation = derivation(apparatus, onPaper1, onPaper2);
            String measured = Text.format("LN(t2) = %s (μ %s, σ %s), LN(t5) = %s", Numbers.text(first), Numbers.text(onPaper1.mean()),
                    Numbers.text(onPaper1.deviation()),
                    Numbers.text(second));
            if (apart(first, Published.T3) <= 0.05 && apart(second, Published.H) <= 0.05 || nearest <= 0.05) {
                return Finding.holds(theory, measured).within(0.05).derived(derivation);
            }
            return Finding.refuted(theory, measured, Text.format("t2 = %s: its second and fourth features are printed as %s and %s, but LN keeps the order %s < %s",
                    Numbers.text(Published.T2), Numbers.text(Published.T3[1]), Numbers.text(Published.T3[2]), Numbers.text(Published.T2[2]),
                            Numbers.text(Published.T2[1]))).within(tolerance(apparatus.dtype())).derived(derivation);
        }

        private static double[] layerNorm(Apparatus apparatus, double[] x) {
            return compute(apparatus, x, x, (ops, a, _) -> ops.fused(new FusedOp.LayerNorm(0, false), a));
        }

        private static List<String> derivation(Apparatus apparatus, LayerNormOnPaper first, LayerNormOnPaper second) {
            List<String> lines = new ArrayList<>();
            lines.add(Text.format("one gain and one bias for all features: the nearest vector stays %s away from the printed t3 and %s from the printed h (order is not preserved)",
                    Numbers.text(first.fromScalarGain(Published.T3)), Numbers.text(second.fromScalarGain(Published.H))));
            double[] trueT5 = compute(apparatus, layerNorm(apparatus, Published.T2), Published.T4, Ops::add);
            lines.add(Text.format("the true chain with the printed t4 = %s: t5 = %s, h = %s", Numbers.text(Published.T4), Numbers.text(trueT5),
                    Numbers.text(layerNorm(apparatus, trueT5))));
            lines.add(Text.format("a gain for each feature, of mixed sign, attains any one vector: γ = %s for t3, %s for h; so the numbers are illustrative (\"suponha\"), no evidence",
                    Numbers.text(first.gainFor(Published.T3)), Numbers.text(second.gainFor(Published.H))));
            return lines;
        }
    }

    /** Weights exist under which the block gives x2, t1 … h as printed. */
    static final class Realised implements Check {
        @Override
        public Finding of(Candidate candidate, Apparatus apparatus) {
            String theory = "weights exist under which the block gives the printed x2, t1 … h";
            Realisation realisation;
            try {
                realisation = Realisation.of(candidate, apparatus.backend(), apparatus.dtype(), apparatus.seed());
            } catch (ShapeMismatchException mismatch) {
                return Finding.refuted(theory, "the block does not run", mismatch.getMessage());
            }
            double worst = 0;
            String where = "";
            List<String> lines = new ArrayList<>();
            for (Map.Entry<String, double[]> symbol : realisation.symbols().entrySet()) {
                double[] printed = Published.value(symbol.getKey());
                double off = apart(symbol.getValue(), printed);
                lines.add(Text.format("%-2s = %s, printed %s", symbol.getKey(), Numbers.text(symbol.getValue()), Numbers.text(printed)));
                if (!(off <= worst)) {
                    worst = off;
                    where = lines.getLast();
                }
            }
            lines.add("dataflow:");
            realisation.flow().edges().forEach(edge -> lines.add("    " + edge));
            lines.add("as Mermaid:");
            Mermaid.graph(realisation.flow(), realisation.symbols()).lines().forEach(line -> lines.add("    " + line));
            double allowed = tolerance(apparatus.dtype());
            if (!(worst <= allowed)) {
                return Finding.refuted(theory, Text.format("a value is off by %s", Numbers.text(worst)), where).derived(lines);
            }
            return Finding.holds(theory, Text.format("largest deviation %s", Numbers.text(worst))).within(allowed)
                    .witnessed(Text.format("W_Q, W_K, W_V, W_in random (seed %d); W_O, W_out, γ1 = %s, γ2 = %s solved for", apparatus.seed(),
                            Numbers.text(realisation.gain1()), Numbers.text(realisation.gain2()))).derived(lines);
        }
    }
}
