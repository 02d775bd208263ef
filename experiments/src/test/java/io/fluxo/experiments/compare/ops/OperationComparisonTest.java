package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rounding is called noise, on every operation and range; faults are called bugs, and named. */
class OperationComparisonTest {

    private final Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));

    @AfterEach
    void close() {
        simd.close();
        exact.close();
    }

    private List<CompareRow> compared(Backend backend, DType dtype) {
        OperationComparison comparison = new OperationComparison(backend, dtype, exact);
        return OperationCases.all().stream().map(comparison::compare).toList();
    }

    private List<CompareRow> compared(String operation, String direction, Backend backend) {
        OperationComparison comparison = new OperationComparison(backend, DType.F32, exact);
        return OperationCases.all().stream().filter(one -> one.operation().equals(operation) && one.direction().equals(direction)).map(comparison::compare).toList();
    }

    @Test
    void noRoundingOfTheReferenceIsABugInEitherType() {
        assertThat(compared(exact, DType.F64)).noneMatch(row -> row.verdict() == CompareVerdict.BUG);
        assertThat(compared(exact, DType.F32)).noneMatch(row -> row.verdict() == CompareVerdict.BUG);
    }

    @Test
    void aTypeThatABackendLacksIsUnsupported() {
        assertThat(compared("cast", "forward", simd)).filteredOn(row -> row.what().contains("[to=F64]")).isNotEmpty()
                .allSatisfy(row -> assertThat(row.verdict()).isEqualTo(CompareVerdict.UNSUPPORTED));
    }

    /** {@code simd} with {@code fault} in the results of one operation's kernel. */
    private Backend kernel(Class<? extends FusedOp> of, UnaryOperator<Tensor> fault) {
        return new DelegatingBackend("faulty", simd) {
            @Override
            public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
                Fused made = super.runFused(op, save, inputs);
                return of.isInstance(op) ? new Fused(fault.apply(made.output()), made.saved()) : made;
            }
        };
    }

    @Test
    void aWrongScaleIsCalledOne() {
        Ops ops = new Ops(simd);
        assertThat(compared("layerNorm", "forward", kernel(FusedOp.LayerNorm.class, y -> ops.scale(y, 1.01))))
                .filteredOn(row -> row.what().contains("ordinary")).isNotEmpty().allSatisfy(row -> {
                    assertThat(row.verdict()).isEqualTo(CompareVerdict.BUG);
                    assertThat(row.note()).contains("all is 1.0").contains("times what it should be");
                });
    }

    @Test
    void aFaultAtARaggedSizeAloneIsFoundThere() {
        Ops ops = new Ops(simd);
        List<CompareRow> rows = compared("softmax", "forward", kernel(FusedOp.Softmax.class, y -> y.dim(-1).size() == 207 ? ops.scale(y, 1 + 1e-3) : y));
        assertThat(rows).filteredOn(row -> row.verdict() == CompareVerdict.BUG).isNotEmpty().allMatch(row -> row.what().contains("207"));
    }

    @Test
    void aFaultInAGradientAloneIsFoundThere() {
        Backend faulty = Fault.SCALED.in(simd, "gelu", true, 1e-4);
        assertThat(compared("gelu", "forward", faulty)).noneMatch(row -> row.verdict() == CompareVerdict.BUG);
        assertThat(compared("gelu", "gradient", faulty)).anyMatch(row -> row.verdict() == CompareVerdict.BUG);
    }

    @Test
    void aDroppedTermIsFound() {
        Backend faulty = new DelegatingBackend("faulty", simd) {
            @Override
            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                if (op instanceof PrimitiveOp.Sum(List<Integer> axes, boolean _) && axes.equals(List.of(1)) && inputs[0].dim(1).size() > 1) {
                    return inner.execute(op, new Ops(inner).slice(inputs[0], 1, Dim.of(0), inputs[0].dim(1).minus(Dim.ONE)));
                }
                return inner.execute(op, inputs);
            }
        };
        assertThat(compared("sum", "forward", faulty)).filteredOn(row -> row.what().contains("ordinary")).anyMatch(row -> row.verdict() == CompareVerdict.BUG);
    }

    @Test
    void anOperationThatFailsIsABugUnlessItIsDeclaredMissing() {
        assertThat(compared("erf", "forward", failing(new IllegalStateException("out of luck")))).allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.BUG);
            assertThat(row.note()).contains("java.lang.IllegalStateException: out of luck");
        });
        assertThat(compared("erf", "forward", failing(new UnsupportedOperationException("no erf here")))).allMatch(row -> row.verdict() == CompareVerdict.UNSUPPORTED);
    }

    private Backend failing(RuntimeException failure) {
        return new DelegatingBackend("faulty", simd) {
            @Override
            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                if (op instanceof PrimitiveOp.Erf) {
                    throw failure;
                }
                return inner.execute(op, inputs);
            }
        };
    }

    @Test
    void besideAnotherBackendBothMayBeOff() {
        OperationComparison comparison = new OperationComparison(simd, DType.F32, exact, Optional.of(new DelegatingBackend("other", simd) {}));
        assertThat(OperationCases.all().stream().filter(one -> one.operation().equals("softmax")).map(comparison::compare)).allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.NOISE);
            assertThat(row.figures().orElseThrow().maxAbs()).isZero();
            assertThat(row.reference()).contains("other");
        });
    }

    /** {@code simd} whose results of {@code op} go through {@code fault}. */
    private Backend primitive(Class<? extends PrimitiveOp> of, BiFunction<Tensor[], Tensor, Tensor> fault) {
        return new DelegatingBackend("faulty", simd) {
            @Override
            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                Tensor result = inner.execute(op, inputs);
                return of.isInstance(op) ? fault.apply(inputs, result) : result;
            }
        };
    }

    private void requireBugs(String operation, String cases, Backend faulty, String note) {
        assertThat(compared(operation, "forward", faulty)).filteredOn(row -> row.what().contains(cases)).isNotEmpty().allSatisfy(row -> {
            assertThat(row.verdict()).as(row.what()).isEqualTo(CompareVerdict.BUG);
            assertThat(row.note()).contains(note);
        });
    }

    @Test
    void aResultOfAnotherShapeTypeOrNumberIsABug() {
        Ops ops = new Ops(simd);
        requireBugs("erf", "[3, 67]", primitive(PrimitiveOp.Erf.class, (_, y) -> ops.slice(y, 0, Dim.of(0), Dim.of(2))), "output 1 is f32 [2, 67] and should be floating [3, 67]");
        requireBugs("argMax", "[5, 7]", primitive(PrimitiveOp.ArgMax.class, (_, y) -> ops.cast(y, DType.I64)), "output 1 is i64 [5] and should be i32 [5]");
        Backend none = new DelegatingBackend("faulty", simd) {
            @Override
            public Tensor[] update(UpdateOp op, Tensor... inputs) {
                return new Tensor[0];
            }
        };
        requireBugs("adamStep", "", none, "0 outputs instead of 3");
    }

    @Test
    void theFirstOfEqualElementsIsRequired() {
        requireBugs("argMax", "ties [axis=1]", primitive(PrimitiveOp.ArgMax.class, (in, right) -> in[0].rank() == 2 && right.dim(0).equals(in[0].dim(0)) ? secondOfTheLargest(in[0]) : right), "and should be");
    }

    private Tensor secondOfTheLargest(Tensor x) {
        double[] values = simd.download(x).toDoubles();
        int width = x.dim(1).size();
        return simd.upload(HostArray.of(Shape.of(x.dim(0)), IntStream.range(0, x.dim(0).size()).map(row -> {
            double largest = Arrays.stream(values, row * width, (row + 1) * width).max().orElseThrow();
            int[] equal = IntStream.range(0, width).filter(i -> values[row * width + i] == largest).toArray();
            return equal[Math.min(1, equal.length - 1)];
        }).toArray()));
    }

    /** In the envelope inputs are moved by noise: there the arg max of equal numbers may be any of them, and x is not equal to x. */
    @Test
    void anEnvelopeExcusesNoIndexAndNoTruthValue() {
        assertThat(differs(HostArray.of(Shape.of(1), 3), HostArray.of(Shape.of(1), 0), 0)).isTrue();
        assertThat(differs(HostArray.of(Shape.of(1), false), HostArray.of(Shape.of(1), true), 0)).isTrue();
        assertThat(differs(HostArray.of(Shape.of(1), 3L), HostArray.of(Shape.of(1), 0L), 0)).isTrue();
        assertThat(differs(HostArray.of(Shape.of(1), 3f), HostArray.of(Shape.of(1), 0.0), 0)).isFalse();
        assertThat(differs(HostArray.of(Shape.of(1), 3), HostArray.of(Shape.of(1), 0), Double.POSITIVE_INFINITY)).as("open by the derived bound").isFalse();
    }

    private static boolean differs(HostArray got, HostArray expected, double bound) {
        Expectation expectation = new Expectation(expected, new double[] {bound}, new double[] {5});
        return Difference.of(List.of(got), List.of(expectation), DType.F32).beyond().isPresent();
    }

    @Test
    void truthValuesAndIntegersAreComparedExactly() {
        Ops ops = new Ops(simd);
        requireBugs("equal", "ordinary with itself", primitive(PrimitiveOp.Equal.class, (_, y) -> ops.not(y)), "is 0.0 and should be 1.0");
        // Long.MAX_VALUE and its neighbour are the same double
        requireBugs("cast", "special [to=I64] [1031]", primitive(PrimitiveOp.Cast.class, (_, y) -> oneLess(y)), "should be");
    }

    private Tensor oneLess(Tensor x) {
        return x.dtype() != DType.I64 ? x : simd.upload(HostArray.of(x.shape(), Arrays.stream((long[]) simd.download(x).array()).map(i -> i == Long.MAX_VALUE ? i - 1 : i).toArray()));
    }

    @Test
    void aReferenceThatFailsIsNamedAndEndsNothing() {
        OperationComparison beside = new OperationComparison(simd, DType.F32, exact, Optional.of(failing(new IllegalStateException("out of luck"))));
        assertThat(OperationCases.all().stream().filter(one -> one.operation().equals("erf")).map(beside::compare)).isNotEmpty().allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.BUG);
            assertThat(row.note()).startsWith("the reference faulty(simd): it fails: java.lang.IllegalStateException: out of luck");
        });
    }

    @Test
    void aTypeThatABackendDoesNotListIsUnsupportedInEveryOperation() {
        OperationComparison inDoubles = new OperationComparison(simd, DType.F64, exact);
        assertThat(OperationCases.all().stream().filter(one -> one.operation().equals("softmax")).map(inDoubles::compare)).isNotEmpty().allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.UNSUPPORTED);
            assertThat(row.note()).isEqualTo("simd does not compute in f64");
        });
    }
}
