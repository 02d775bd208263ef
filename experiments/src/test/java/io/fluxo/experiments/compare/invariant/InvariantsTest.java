package io.fluxo.experiments.compare.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InvariantsTest {

    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));

    @AfterEach
    void close() {
        simd.close();
    }

    private static Backend onTwoThreads() {
        return new SimdProvider().open(new BackendOptions(DType.F32, 0, 2));
    }

    private static List<CompareRow> compared(Backend backend) {
        return new Invariants(backend, DType.F32).compare(InvariantsTest::onTwoThreads);
    }

    private static String note(List<CompareRow> rows, String name) {
        return rows.stream().filter(row -> row.what().equals("invariants/f32/" + name)).findFirst().orElseThrow(() -> new AssertionError(name)).note();
    }

    /** A backend whose attention has other bits where {@code chosen} holds of the queries. */
    private Backend otherBits(Predicate<Tensor> chosen) {
        return new DelegatingBackend("faulty", simd) {
            @Override
            public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
                Fused made = super.runFused(op, save, inputs);
                return op instanceof FusedOp.Attention && chosen.test(inputs[0]) ? new Fused(new Ops(inner).scale(made.output(), 1 + 0x1p-20)) : made;
            }
        };
    }

    @Test
    void aSequenceHasTheSameBitsAlonePaddedAndInABatch() {
        List<CompareRow> rows = compared(simd);
        assertThat(rows).allSatisfy(row -> assertThat(row.verdict()).isEqualTo(CompareVerdict.NOISE));
        assertThat(note(rows, "attention, a sequence alone and with padding behind it")).isEqualTo("the same bits");
        assertThat(note(rows, "attention, a sequence alone and in a batch")).isEqualTo("the same bits");
        assertThat(note(rows, "linear, rows alone and with padding behind them")).isEqualTo("the same bits");
    }

    @Test
    void otherBitsOfAPaddedSequenceAreTold() {
        List<CompareRow> rows = compared(otherBits(q -> q.dim(1).size() == 11));
        assertThat(note(rows, "attention, a sequence alone and with padding behind it")).isEqualTo("other bits");
        assertThat(note(rows, "attention, a sequence alone and in a batch")).isEqualTo("the same bits");
    }

    @Test
    void otherBitsOfASequenceInABatchAreTold() {
        List<CompareRow> rows = compared(otherBits(q -> q.dim(0).size() > 1));
        assertThat(note(rows, "attention, a sequence alone and with padding behind it")).isEqualTo("the same bits");
        assertThat(note(rows, "attention, a sequence alone and in a batch")).isEqualTo("other bits");
    }

    private Backend whereSoftmaxThrows(RuntimeException failure) {
        return new DelegatingBackend("failing", simd) {
            @Override
            public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
                if (op instanceof FusedOp.Softmax) {
                    throw failure;
                }
                return super.runFused(op, save, inputs);
            }
        };
    }

    @Test
    void anOperationThatThrowsIsABugOfItsOwnRowsAlone() {
        List<CompareRow> rows = compared(whereSoftmaxThrows(new IllegalStateException("out of luck")));
        assertThat(rows).filteredOn(row -> row.what().contains("softmax")).hasSize(3).allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.BUG);
            assertThat(row.note()).isEqualTo("it fails: java.lang.IllegalStateException: out of luck");
        });
        assertThat(rows.getFirst().verdict()).isEqualTo(CompareVerdict.BUG);
        assertThat(rows.getFirst().note()).startsWith("softmax/forward/ordinary").endsWith("out of luck");
        assertThat(note(rows, "layerNorm, a row alone and among others")).isEqualTo("the same bits");
    }

    @Test
    void whatIsDeclaredMissingIsUnsupportedAndTheRestIsCompared() {
        List<CompareRow> rows = compared(whereSoftmaxThrows(new UnsupportedOperationException("no softmax here")));
        assertThat(rows).noneMatch(row -> row.verdict() == CompareVerdict.BUG);
        assertThat(rows).filteredOn(row -> row.verdict() == CompareVerdict.UNSUPPORTED).hasSize(3).allSatisfy(row -> assertThat(row.what()).contains("softmax"));
    }

    @Test
    void aBackendThatHasNoSecondThreadIsAskedTheRest() {
        List<CompareRow> rows = new Invariants(simd, DType.F32).compare(() -> {
            throw new BackendUnavailableException("one thread is all there is");
        });
        assertThat(rows).filteredOn(row -> row.verdict() == CompareVerdict.UNSUPPORTED).singleElement().satisfies(row -> assertThat(row.note()).isEqualTo("one thread is all there is"));
    }
}
