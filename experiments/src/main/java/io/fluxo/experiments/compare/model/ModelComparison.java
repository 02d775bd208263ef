package io.fluxo.experiments.compare.model;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.model.CumulativeRun.Outcome;
import io.fluxo.experiments.compare.model.IsolatedPass.Step;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.Failure;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model with the same weights and tokens on each backend, forward and in reverse. Twice: as it runs, where errors add up (cumulative), and operation by operation, each
 * on exact inputs (isolated), which names the operation that is at fault.
 */
public final class ModelComparison {

    private final String label;
    private final FixedModel model;

    /**
     * @param spec a transformer, its vocabulary filled in
     * @param seed of its weights and tokens
     */
    public ModelComparison(ModelSpec spec, Catalog catalog, long seed) {
        this("model " + spec.get(ModelSpec.PLACEMENT).standard(), spec, catalog, seed);
    }

    /** @param label what the rows begin with */
    ModelComparison(String label, ModelSpec spec, Catalog catalog, long seed) {
        this.label = label;
        model = new FixedModel(spec, catalog, seed);
    }

    /** What becomes of the row of an operation whose difference is no rounding: it may be kept in a file. */
    @FunctionalInterface
    public interface Culprit {
        CompareRow kept(CompareRow row, Single operation);
    }

    /**
     * Where the differences begin, where there are any; then rows for each hook point and the logits, for each operation, and the same of the gradients.
     *
     * @param backend opened for {@code dtype}
     * @param culprit is given each operation whose difference is no rounding
     */
    public List<CompareRow> compare(Backend backend, DType dtype, Backend exact, Culprit culprit) {
        IsolatedPass isolated = IsolatedPass.of(label, model, backend, dtype, exact, culprit);
        CumulativeRun forward = CumulativeRun.forward(label, model, dtype, exact);
        CumulativeRun reverse = CumulativeRun.gradient(label, model, dtype, exact);
        Outcome stream = forward.on(backend);
        Outcome gradients = reverse.on(backend);
        List<CompareRow> rows = new ArrayList<>(new Bisection(label, backend, dtype, exact, isolated).rows(forward, stream, reverse, gradients));
        rows.addAll(forward.rows(backend, stream, isolated::largestBefore));
        isolated.forward().stream().map(Step::row).forEach(rows::add);
        rows.add(observed(backend, dtype));
        rows.addAll(reverse.rows(backend, gradients, isolated::largestBehindGradient));
        isolated.reverse().stream().map(Step::row).forEach(rows::add);
        return rows;
    }

    /** Whether looking at the hook points changes what comes out, bit for bit. */
    private CompareRow observed(Backend backend, DType dtype) {
        long begin = System.nanoTime();
        Failure found;
        try {
            boolean same = Arrays.equals(logits(backend, dtype, Hooks.NONE), logits(backend, dtype, Cache.boundaries()));
            found = same ? new Failure(CompareVerdict.NOISE, "the same bits") : new Failure(CompareVerdict.BUG, "looking at hook points changes the bits of the logits");
        } catch (RuntimeException | Error thrown) {
            found = Failure.of(thrown);
        }
        return new CompareRow(Text.format("%s/observer/logits with and without hooks", label), label, backend.name(), backend.name(), dtype, Optional.empty(), found.verdict(), found.note(),
                (System.nanoTime() - begin) / 1e9);
    }

    private double[] logits(Backend backend, DType dtype, Hooks hooks) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(model.forward(backend, model.upload(backend, dtype), hooks)).toDoubles();
        }
    }
}
