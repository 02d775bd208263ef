package io.fluxo.experiments.compare.model;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.model.ModelComparison.Culprit;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareRow.Figures;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;

/** Every operation of a model's forward and reverse pass, each on the exact results of those before it. */
final class IsolatedPass {

    private final String label;
    private final Culprit culprit;
    private final List<Mark> marks = new ArrayList<>();
    private final List<Step> forward = new ArrayList<>();
    private final List<Step> reverse = new ArrayList<>();
    private AutodiffBackend tape;
    /** Where the reverse pass is on the tape; −1 before it begins. */
    private int node = -1;

    private IsolatedPass(String label, Culprit culprit) {
        this.label = label;
        this.culprit = culprit;
    }

    /**
     * One operation.
     *
     * @param node in the reverse pass, what on the tape is differentiated; −1 in the forward pass
     */
    record Step(Single single, CompareRow row, int node) {

        boolean isBug() {
            return row.verdict() == CompareVerdict.BUG;
        }

        private double error() {
            return row.figures().map(Figures::maxRel).filter(Double::isFinite).orElse(0.0);
        }
    }

    /**
     * A hook point that the forward pass came by.
     *
     * @param recorded how many results were on the tape then
     * @param steps    how many operations the forward pass had run
     */
    private record Mark(String point, int recorded, int steps) {}

    static IsolatedPass of(String label, FixedModel model, Backend backend, DType dtype, Backend exact, Culprit culprit) {
        IsolatedPass pass = new IsolatedPass(label, culprit);
        StepwiseBackend stepwise = new StepwiseBackend(backend, dtype, exact, pass::add);
        try (AutodiffBackend tape = new AutodiffBackend(stepwise)) {
            pass.tape = tape;
            tape.watchedBy(at -> pass.node = at);
            model.gradients(tape, model.upload(stepwise, dtype), pass.marking());
        }
        return pass;
    }

    private Hooks marking() {
        return new Hooks() {
            @Override
            public boolean wants(HookPoint hook) {
                return !hook.interior();
            }

            @Override
            public Tensor at(HookPoint hook, Tensor value) {
                marks.add(new Mark(hook.name(), tape.recorded(), forward.size()));
                return value;
            }
        };
    }

    private void add(Single single, CompareRow row) {
        List<Step> steps = node < 0 ? forward : reverse;
        String what = Text.format("%s/%s/%s, operation %d: %s", label, node < 0 ? "isolated" : "isolated gradient", place(), steps.size() + 1, single.op().name());
        CompareRow placed = row.verdict() == CompareVerdict.BUG ? culprit.kept(row.at(what), single) : row.at(what);
        steps.add(new Step(single, placed, node));
    }

    /** The last hook point before the operation, in the forward pass's order. */
    private String place() {
        String place = "at the beginning";
        for (Mark mark : marks) {
            place = node < 0 || mark.recorded <= node ? "after " + mark.point : place;
        }
        return place;
    }

    List<Step> forward() {
        return List.copyOf(forward);
    }

    List<Step> reverse() {
        return List.copyOf(reverse);
    }

    /** The largest {@code max_rel} of an operation that the value at {@code point} is computed with; of the whole forward pass where there is no such hook point. */
    double largestBefore(String point) {
        return largest(forward.subList(0, marks.stream().filter(mark -> mark.point.equals(point)).findFirst().map(Mark::steps).orElse(forward.size())));
    }

    /** The same of the gradient at {@code point}, or of a parameter. */
    double largestBehindGradient(String point) {
        int recorded = marks.stream().filter(mark -> mark.point.equals(point)).findFirst().map(Mark::recorded).orElse(0);
        return Math.max(largest(forward), largest(reverse.stream().filter(step -> step.node >= recorded).toList()));
    }

    private static double largest(List<Step> steps) {
        return steps.stream().mapToDouble(Step::error).max().orElse(0);
    }
}
