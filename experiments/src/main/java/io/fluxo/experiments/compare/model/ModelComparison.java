package io.fluxo.experiments.compare.model;

import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.PLACEMENT;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.ops.Computation;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationComparison;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.Failure;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A model with the same weights and tokens on each backend, hook by hook. Twice: as it runs, where errors add up (cumulative), and operation by operation, each on
 * exact inputs (isolated), which names the operation that is at fault.
 */
public final class ModelComparison {

    private static final int SEQUENCES = 2;

    private final String name;
    private final ModelSpec spec;
    private final Catalog catalog;
    private final List<HostArray> inputs;

    /**
     * @param spec a transformer, its vocabulary filled in
     * @param seed of its weights and tokens
     */
    public ModelComparison(ModelSpec spec, Catalog catalog, long seed) {
        this.name = spec.get(PLACEMENT).standard().toString();
        this.spec = spec;
        this.catalog = catalog;
        RandomKey key = RandomKey.of(seed);
        inputs = new ArrayList<>();
        Shape tokens = Shape.of(SEQUENCES, spec.get(N_CTX));
        inputs.add(HostArray.of(tokens, IntStream.range(0, tokens.elements()).map(i -> key.split("tokens").below(spec.get(D_VOCAB), i)).toArray()));
        for (Cell cell : model().cells()) {
            double[] values = cell.initializer().sample(cell.shape(), key.split(cell.name()));
            inputs.add(HostArray.of(cell.shape(), Arrays.stream(values).map(value -> (float) value).toArray()));    // what every type holds
        }
    }

    private LanguageModel model() {
        return ModelBuilder.transformer(spec, catalog);
    }

    private LanguageModel filled(Tensor[] in) {
        LanguageModel model = model();
        List<Cell> cells = model.cells();
        for (int i = 0; i < cells.size(); i++) {
            cells.get(i).set(in[i + 1]);
        }
        return model;
    }

    /** What becomes of the row of an operation whose difference is no rounding: it may be kept in a file. */
    @FunctionalInterface
    public interface Culprit {
        CompareRow kept(CompareRow row, Single operation);
    }

    /**
     * Rows for each hook point and the logits, then for each operation.
     *
     * @param backend opened for {@code dtype}
     * @param culprit is given each operation whose difference is no rounding
     */
    public List<CompareRow> compare(Backend backend, DType dtype, Backend exact, Culprit culprit) {
        List<CompareRow> rows = new ArrayList<>(cumulative(backend, dtype, exact));
        rows.addAll(isolated(backend, dtype, exact, culprit));
        rows.add(observed(backend, dtype));
        return rows;
    }

    private List<CompareRow> cumulative(Backend backend, DType dtype, Backend exact) {
        List<String> names = new ArrayList<>();
        Computation hooked = (on, in) -> {
            Cache cache = Cache.boundaries();
            Tensor logits = filled(in).forward(Pass.evaluation(on).with(cache), in[0]);
            names.clear();
            List<Tensor> outputs = new ArrayList<>();
            cache.values().forEach((point, value) -> {
                names.add(point);
                outputs.add(value);
            });
            names.add("logits");
            outputs.add(logits);
            return outputs.toArray(Tensor[]::new);
        };
        return new OperationComparison(backend, dtype, exact).each(OperationCase.of("model " + name, "cumulative", inputs, hooked), names);
    }

    private List<CompareRow> isolated(Backend backend, DType dtype, Backend exact, Culprit culprit) {
        List<CompareRow> rows = new ArrayList<>();
        Last last = new Last();
        StepwiseBackend stepwise = new StepwiseBackend(backend, dtype, exact, (single, row) -> {
            String what = Text.format("model %s/isolated/%s, operation %d: %s", name, last.place(), rows.size() + 1, single.op().name());
            rows.add(row.verdict() == CompareVerdict.BUG ? culprit.kept(row.at(what), single) : row.at(what));
        });
        Tensor[] in = OperationCase.in(dtype, inputs).stream().map(stepwise::upload).toArray(Tensor[]::new);
        filled(in).forward(Pass.evaluation(stepwise).with(last), in[0]);
        return rows;
    }

    /** The last hook point that the pass came by. */
    private static final class Last implements Hooks {
        private String point = "";

        private String place() {
            return point.isEmpty() ? "at the beginning" : "after " + point;
        }

        @Override
        public boolean wants(HookPoint hook) {
            return !hook.interior();
        }

        @Override
        public Tensor at(HookPoint hook, Tensor value) {
            point = hook.name();
            return value;
        }
    }

    /** Whether looking at the hook points changes what comes out, bit for bit. */
    private CompareRow observed(Backend backend, DType dtype) {
        long begin = System.nanoTime();
        CompareVerdict verdict;
        String note;
        try {
            boolean same = Arrays.equals(logits(backend, dtype, Hooks.NONE), logits(backend, dtype, Cache.boundaries()));
            verdict = same ? CompareVerdict.NOISE : CompareVerdict.BUG;
            note = same ? "the same bits" : "looking at hook points changes the bits of the logits";
        } catch (RuntimeException | Error thrown) {
            Failure failure = Failure.of(thrown);
            verdict = failure.verdict();
            note = failure.note();
        }
        return new CompareRow(Text.format("model %s/observer/logits with and without hooks", name), "model " + name, backend.name(), backend.name(), dtype, Optional.empty(), verdict, note,
                (System.nanoTime() - begin) / 1e9);
    }

    private double[] logits(Backend backend, DType dtype, Hooks hooks) {
        try (TensorScope _ = backend.openScope()) {
            Tensor[] in = OperationCase.in(dtype, inputs).stream().map(backend::upload).toArray(Tensor[]::new);
            return backend.download(filled(in).forward(Pass.evaluation(backend).with(hooks), in[0])).toDoubles();
        }
    }
}
