package io.fluxo.experiments.compare.invariant;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.experiments.compare.ops.OperationCases;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
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
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What can be said of a backend without a reference. That results are the same from run to run and on any number of threads is required: else it is a bug. Whether a
 * row is the same bits alone and among others, whether a factor of two goes through, and in which order sums are added up, is its fingerprint.
 */
public final class Invariants {

    private static final int ROWS = 5;
    private static final int TERMS = 32;

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
        rows.add(required("from run to run", cases, () -> backend));
        try (Backend two = onTwoThreads.get()) {
            rows.add(required("on one thread and on two", cases, () -> two));
        }
        rowWise().forEach((name, f) -> {
            rows.add(told(name + ", a row alone and among others", alone(f)));
            rows.add(told(name + ", rows in another order", reordered(f)));
        });
        rows.add(told("a product with one side twice as large", doubled()));
        rows.add(row("sum of " + TERMS, CompareVerdict.NOISE, "added as " + tree(terms -> sum(terms))));
        rows.add(row("product over " + TERMS, CompareVerdict.NOISE, "added as " + tree(terms -> product(terms))));
        return rows;
    }

    private CompareRow required(String name, List<OperationCase> cases, Supplier<Backend> other) {
        Optional<String> differs = cases.stream().filter(one -> !same(run(backend, one), run(other.get(), one))).map(OperationCase::what).findFirst();
        return row(name, differs.isPresent() ? CompareVerdict.BUG : CompareVerdict.NOISE, differs.map(what -> what + " has other bits").orElse("the same bits in " + Text.count(cases.size(), "case")));
    }

    private List<HostArray> run(Backend on, OperationCase one) {
        try (TensorScope _ = on.openScope()) {
            Tensor[] in = one.in(dtype).stream().map(on::upload).toArray(Tensor[]::new);
            return Arrays.stream(one.computation().on(on, in)).map(on::download).toList();
        }
    }

    private static boolean same(List<HostArray> a, List<HostArray> b) {
        return IntStream.range(0, a.size()).allMatch(i -> Arrays.equals(a.get(i).toDoubles(), b.get(i).toDoubles()));
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

    private CompareRow told(String name, boolean same) {
        return row(name, CompareVerdict.NOISE, same ? "the same bits" : "other bits");
    }

    private CompareRow row(String name, CompareVerdict verdict, String note) {
        return new CompareRow("invariants/" + dtype.label() + "/" + name, "invariants", backend.name(), backend.name(), dtype, Optional.empty(), verdict, note, 0);
    }
}
