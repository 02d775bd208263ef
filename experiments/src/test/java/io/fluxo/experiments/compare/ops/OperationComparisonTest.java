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
import io.fluxo.shape.Dim;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
            assertThat(row.note()).contains("out of luck");
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
}
