package io.fluxo.experiments.compare.invariant;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.compare.row.Failure;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What can be said of a backend without a reference. That results are the same from run to run and on any number of threads is required: else it is a bug. Whether a
 * row has the same bits alone and among others, a sequence alone, padded and in a batch, whether a factor of two goes through, and in which order sums are added up, is its fingerprint.
 */
public final class Invariants {

    private static final int ROWS = 5;
    private static final int TERMS = 32;
    private static final int SEQUENCES = 3;
    private static final int POSITIONS = 11;

    /** Rows, or positions, that are left out again. */
    private static final int PADDING = 2;

    private final Backend backend;
    private final DType dtype;

    /** @param backend opened for {@code dtype} on one thread */
    public Invariants(Backend backend, DType dtype) {
        this.backend = backend;
        this.dtype = dtype;
    }

    /** @param onTwoThreads opens the same backend for two threads */
    public List<CompareRow> compare(Supplier<Backend> onTwoThreads) {
        List<CompareRow> rows = new ArrayList<>();
        List<OperationCase> cases = OperationCases.all().stream().filter(one -> one.variant().startsWith("ordinary"))
                .filter(one -> one.makes().filter(made -> !backend.dtypes().contains(made)).isEmpty()).toList();
        rows.add(required("from run to run", cases, backend));
        rows.add(attempted("on one thread and on two", name -> {
            try (Backend two = onTwoThreads.get()) {
                return required(name, cases, two);
            }
        }));
        rowWise().forEach((name, f) -> {
            rows.add(told(name + ", a row alone and among others", () -> alone(f)));
            rows.add(told(name + ", rows in another order", () -> reordered(f)));
            rows.add(told(name + ", rows alone and with padding behind them", () -> padded(f)));
        });
        rows.add(told("attention, a sequence alone and with padding behind it", this::paddedSequence));
        rows.add(told("attention, a sequence alone and in a batch", this::batched));
        rows.add(told("a product with one side twice as large", this::doubled));
        rows.add(attempted("sum of " + TERMS, name -> row(name, CompareVerdict.NOISE, "added as " + tree(this::sum))));
        rows.add(attempted("product over " + TERMS, name -> row(name, CompareVerdict.NOISE, "added as " + tree(this::product))));
        return rows;
    }

    /** The same bits from both in every case; cases that the backend declares missing are left out. */
    private CompareRow required(String name, List<OperationCase> cases, Backend other) {
        int compared = 0;
        for (OperationCase one : cases) {
            try {
                if (!same(run(backend, one), run(other, one))) {
                    return row(name, CompareVerdict.BUG, one.what() + " has other bits");
                }
                compared++;
            } catch (RuntimeException | Error thrown) {
                Failure failure = Failure.of(thrown);
                if (failure.verdict() == CompareVerdict.BUG) {
                    return row(name, CompareVerdict.BUG, Text.format("%s: %s", one.what(), failure.note()));
                }
            }
        }
        return row(name, CompareVerdict.NOISE, "the same bits in " + Text.count(compared, "case"));
    }

    private List<HostArray> run(Backend on, OperationCase one) {
        try (TensorScope _ = on.openScope()) {
            Tensor[] in = one.in(dtype).stream().map(on::upload).toArray(Tensor[]::new);
            return Arrays.stream(one.computation().on(on, in)).map(on::download).toList();
        }
    }

    private static boolean same(List<HostArray> a, List<HostArray> b) {
        return IntStream.range(0, a.size()).allMatch(i -> Objects.deepEquals(a.get(i).array(), b.get(i).array()));
    }

    /** Operations in which each row of x is computed by itself. */
    private static Map<String, BiFunction<Ops, Tensor[], Tensor>> rowWise() {
        Map<String, BiFunction<Ops, Tensor[], Tensor>> operations = new LinkedHashMap<>();
        operations.put("softmax", (ops, in) -> ops.softmax(in[0]));
        operations.put("layerNorm", (ops, in) -> ops.layerNorm(in[0], null, null, 1e-5));
        operations.put("gelu", (ops, in) -> ops.gelu(in[0]));
        operations.put("linear", (ops, in) -> ops.linear(in[0], in[1], null));
        return operations;
    }

    private HostArray draw(String name, int... sizes) {
        RandomKey key = RandomKey.of(2).split(name);
        Shape shape = Shape.of(sizes);
        return HostArray.of(shape, dtype, IntStream.range(0, shape.elements()).mapToDouble(i -> (float) key.normal(i)).toArray());
    }

    private double[] rows(BiFunction<Ops, Tensor[], Tensor> f, BiFunction<Ops, Tensor, Tensor> chosen) {
        try (TensorScope _ = backend.openScope()) {
            Ops ops = new Ops(backend);
            Tensor x = backend.upload(draw("x", ROWS, 67));
            Tensor w = backend.upload(draw("w", 67, 19));
            return backend.download(f.apply(ops, new Tensor[] {chosen.apply(ops, x), w})).toDoubles();
        }
    }

    private boolean alone(BiFunction<Ops, Tensor[], Tensor> f) {
        double[] together = rows(f, (_, x) -> x);
        int width = together.length / ROWS;
        return IntStream.range(0, ROWS).allMatch(row -> Arrays.equals(rows(f, (ops, x) -> ops.slice(x, 0, Dim.of(row), Dim.ONE)),
                Arrays.copyOfRange(together, row * width, (row + 1) * width)));
    }

    private boolean reordered(BiFunction<Ops, Tensor[], Tensor> f) {
        double[] together = rows(f, (_, x) -> x);
        double[] turned = rows(f, (ops, x) -> ops.gather(x, backend.upload(HostArray.of(Shape.of(ROWS), IntStream.range(0, ROWS).map(i -> ROWS - 1 - i).toArray()))));
        int width = together.length / ROWS;
        return IntStream.range(0, ROWS).allMatch(row -> Arrays.equals(Arrays.copyOfRange(turned, row * width, (row + 1) * width),
                Arrays.copyOfRange(together, (ROWS - 1 - row) * width, (ROWS - row) * width)));
    }

    /** Whether rows have the same bits where more rows follow. */
    private boolean padded(BiFunction<Ops, Tensor[], Tensor> f) {
        double[] shorter = rows(f, (ops, x) -> ops.slice(x, 0, Dim.of(0), Dim.of(ROWS - PADDING)));
        return Arrays.equals(shorter, Arrays.copyOf(rows(f, (_, x) -> x), shorter.length));
    }

    /** Whether positions have the same bits where the causal mask hides more positions behind them. */
    private boolean paddedSequence() {
        double[] shorter = attention(0, 1, POSITIONS - PADDING);
        return Arrays.equals(shorter, Arrays.copyOf(attention(0, 1, POSITIONS), shorter.length));
    }

    private boolean batched() {
        double[] together = attention(0, SEQUENCES, POSITIONS);
        int size = together.length / SEQUENCES;
        return IntStream.range(0, SEQUENCES).allMatch(i -> Arrays.equals(attention(i, 1, POSITIONS), Arrays.copyOfRange(together, i * size, (i + 1) * size)));
    }

    /** Causal attention of the first {@code positions} of {@code count} sequences to themselves. */
    private double[] attention(int first, int count, int positions) {
        try (TensorScope _ = backend.openScope()) {
            Ops ops = new Ops(backend);
            Tensor[] in = Stream.of("q", "k", "v").map(name -> backend.upload(draw(name, SEQUENCES, POSITIONS, 2, 5)))
                    .map(x -> ops.slice(ops.slice(x, 0, Dim.of(first), Dim.of(count)), 1, Dim.of(0), Dim.of(positions))).toArray(Tensor[]::new);
            return backend.download(ops.attention(in[0], in[1], in[2], null, FusedOp.Mask.CAUSAL, Scalar.reciprocalSqrt(Dim.of(5)))).toDoubles();
        }
    }

    private boolean doubled() {
        try (TensorScope _ = backend.openScope()) {
            Ops ops = new Ops(backend);
            Tensor a = backend.upload(draw("a", 13, 67));
            Tensor b = backend.upload(draw("b", 67, 11));
            return Arrays.equals(backend.download(ops.scale(ops.matMul(a, b), 2)).toDoubles(), backend.download(ops.matMul(ops.scale(a, 2), b)).toDoubles());
        }
    }

    private String tree(SummationTree.Summing black) {
        return SummationTree.of(black, TERMS);
    }

    private double sum(double[] terms) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(new Ops(backend).sumOver(backend.upload(HostArray.of(Shape.of(1, terms.length), dtype, terms)), 1)).toDoubles()[0];
        }
    }

    private double product(double[] terms) {
        try (TensorScope _ = backend.openScope()) {
            double[] ones = new double[terms.length];
            Arrays.fill(ones, 1);
            Tensor left = backend.upload(HostArray.of(Shape.of(1, terms.length), dtype, terms));
            return backend.download(new Ops(backend).matMul(left, backend.upload(HostArray.of(Shape.of(terms.length, 1), dtype, ones)))).toDoubles()[0];
        }
    }

    private CompareRow told(String name, BooleanSupplier same) {
        return attempted(name, _ -> row(name, CompareVerdict.NOISE, same.getAsBoolean() ? "the same bits" : "other bits"));
    }

    /** {@code row} of this name; where the backend throws, one that says what. */
    private CompareRow attempted(String name, Function<String, CompareRow> row) {
        try {
            return row.apply(name);
        } catch (BackendUnavailableException unavailable) {
            return row(name, CompareVerdict.UNSUPPORTED, unavailable.getMessage());
        } catch (RuntimeException | Error thrown) {
            Failure failure = Failure.of(thrown);
            return row(name, failure.verdict(), failure.note());
        }
    }

    private CompareRow row(String name, CompareVerdict verdict, String note) {
        return new CompareRow("invariants/" + dtype.label() + "/" + name, "invariants", backend.name(), backend.name(), dtype, Optional.empty(), verdict, note, 0);
    }
}
