package io.fluxo.experiments.compare.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.block.Placement;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.ops.Fault;
import io.fluxo.experiments.compare.replay.ReplayFile;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelComparisonTest {

    /** {@code -Dfluxo.models=1000} compares as many. */
    private static final int MODELS = Integer.getInteger("fluxo.models", 8);

    private final Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));

    @AfterEach
    void close() {
        simd.close();
        exact.close();
    }

    private static ModelSpec small(String placement) {
        return ModelSpec.DEFAULT.with(ModelSpec.PLACEMENT, placement).with(ModelSpec.N_LAYERS, 2).with(ModelSpec.D_MODEL, 12).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 20)
                .with(ModelSpec.N_CTX, 7).with(ModelSpec.D_VOCAB, 11);
    }

    private static List<CompareRow> bugs(List<CompareRow> rows) {
        return rows.stream().filter(row -> row.verdict() == CompareVerdict.BUG).toList();
    }

    @Test
    void noRoundingIsCalledABugInModelsOfEveryPlacement() {
        Random random = new Random(5);
        List<String> placements = List.copyOf(ModelParts.CATALOG.all(Placement.KIND).keySet());
        for (int i = 0; i < MODELS; i++) {
            String placement = placements.get(random.nextInt(placements.size()));
            assertThat(bugs(new ModelComparison(small(placement), ModelParts.CATALOG, i).compare(simd, DType.F32, exact, (row, _) -> row))).as("%s, seed %d", placement, i).isEmpty();
        }
    }

    @Test
    void noRoundingIsCalledABugInABlockOfAnyPlacement() {
        List<String> placements = List.copyOf(ModelParts.CATALOG.all(Placement.KIND).keySet());
        List<ModelComparison> blocks = Blocks.of(ModelParts.CATALOG);
        assertThat(blocks).hasSameSizeAs(placements);
        for (int i = 0; i < placements.size(); i++) {
            List<CompareRow> rows = blocks.get(i).compare(simd, DType.F32, exact, (row, _) -> row);
            assertThat(bugs(rows)).as(placements.get(i)).isEmpty();
            assertThat(rows).extracting(CompareRow::what).contains("block " + placements.get(i) + "/cumulative/blocks.0.hook_attn_out",
                    "block " + placements.get(i) + "/gradient/blocks.0.attn.W_Q");
        }
    }

    /** What a comparison says first, and the first operation that it kept. */
    private record Found(CompareRow first, List<CompareRow> kept, ReplayFile again) {}

    private Found found(Backend faulty, String placement, Path folder) {
        Path file = folder.resolve("culprit.json");
        List<CompareRow> kept = new ArrayList<>();
        List<CompareRow> rows = new ModelComparison(small(placement), ModelParts.CATALOG, 1).compare(faulty, DType.F32, exact, (row, operation) -> {
            if (kept.isEmpty()) {
                write(new ReplayFile(row.what(), row.dtype(), operation), file);
            }
            kept.add(row);
            return row.replayedFrom(kept.size() == 1 ? file.toString() : "another");
        });
        return new Found(rows.getFirst(), kept, ReplayFile.read(file));
    }

    private CompareVerdict on(Backend backend, ReplayFile again) {
        return again.single().on(backend, again.dtype(), exact).verdict();
    }

    @Test
    void aFaultyOperationIsNamedAtItsHookPointConfirmedAndCanBeRunAgain(@TempDir Path folder) {
        Backend faulty = Fault.SCALED.in(simd, "layerNorm", false, 1e-4);
        Found found = found(faulty, "pre", folder);
        assertThat(found.first().what()).isEqualTo("model pre/first hook outside/blocks.0.ln1.hook_out");
        assertThat(found.first().verdict()).isEqualTo(CompareVerdict.BUG);
        assertThat(found.first().note()).startsWith("first hook outside: blocks.0.ln1.hook_out (").contains(" times the envelope); operation: layerNorm, element [", "should be")
                .endsWith("confirmed: with layerNorm as its composition the model's differences are rounding");
        assertThat(found.first().replay()).endsWith("culprit.json");
        assertThat(found.kept()).allMatch(row -> row.operation().equals("layerNorm"));
        assertThat(found.kept().getFirst().what()).isEqualTo("model pre/isolated/after blocks.0.hook_resid_pre, operation 4: layerNorm");
        assertThat(on(faulty, found.again())).isEqualTo(CompareVerdict.BUG);
        assertThat(on(simd, found.again())).isEqualTo(CompareVerdict.NOISE);
    }

    @Test
    void aFaultyGradientIsNamedWhereTheReversePassMeetsItFirst(@TempDir Path folder) {
        Backend faulty = Fault.SCALED.in(simd, "attention", true, 1e-3);
        Found found = found(faulty, "post", folder);
        assertThat(found.first().what()).isEqualTo("model post/first gradient outside/blocks.1.attn.hook_v");
        assertThat(found.first().note()).contains("operation: attention's gradient, output ", "confirmed: with attention as its composition");
        assertThat(found.kept().getFirst().what()).startsWith("model post/isolated gradient/after blocks.1.attn.hook_v, operation ");
        assertThat(on(faulty, found.again())).isEqualTo(CompareVerdict.BUG);
        assertThat(on(simd, found.again())).isEqualTo(CompareVerdict.NOISE);
    }

    @Test
    void aFaultyPrimitiveIsConfirmedByTheReferencesOwn(@TempDir Path folder) {
        Backend faulty = Fault.SCALED.in(simd, "add", false, 1e-3);
        Found found = found(faulty, "pre", folder);
        assertThat(found.first().what()).isEqualTo("model pre/first hook outside/blocks.0.hook_resid_pre");
        assertThat(found.first().note()).contains("operation: add, element [").endsWith("confirmed: with add on the reference the model's differences are rounding");
    }

    @Test
    void twoFaultsAreConfirmedTogether(@TempDir Path folder) {
        Backend faulty = Fault.SCALED.in(Fault.SCALED.in(simd, "layerNorm", false, 1e-3), "linear", false, 1e-3);
        assertThat(found(faulty, "pre", folder).first().note()).contains("operation: layerNorm").endsWith("with layerNorm as its composition and linear as its composition the model's differences are rounding");
    }

    @Test
    void aFaultThatNoOperationShowsByItselfIsNotConfirmed() {
        List<CompareRow> rows = new ModelComparison(small("pre"), ModelParts.CATALOG, 1).compare(new FaultyAfterMuchUse(simd), DType.F32, exact, (row, _) -> row);
        assertThat(rows.getFirst().verdict()).isEqualTo(CompareVerdict.BUG);
        assertThat(rows.getFirst().note()).startsWith("first hook outside: blocks.1.").contains("every operation by itself is within rounding", "not confirmed");
    }

    /** What no operation shows alone: as where memory is used again too early. */
    private static final class FaultyAfterMuchUse extends DelegatingBackend {
        /** Uploads and operations: those of one block, and some of the next. */
        private static final int MUCH = 52;

        private int operations;

        private FaultyAfterMuchUse(Backend inner) {
            super("worn", inner);
        }

        @Override
        public TensorScope openScope() {
            operations = 0;
            return inner.openScope();
        }

        @Override
        public Tensor upload(HostArray values) {
            operations++;
            return inner.upload(values);
        }

        @Override
        public Tensor execute(PrimitiveOp op, Tensor... inputs) {
            operations++;
            return inner.execute(op, inputs);
        }

        @Override
        public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
            Fused made = inner.runFused(op, save, inputs);
            return ++operations > MUCH ? new Fused(new Ops(inner).scale(made.output(), 1.01), made.saved()) : made;
        }
    }

    @Test
    void amplificationStandsInTheNotes() {
        List<CompareRow> rows = new ModelComparison(small("pre"), ModelParts.CATALOG, 1).compare(simd, DType.F32, exact, (row, _) -> row);
        CompareRow logits = rows.stream().filter(row -> row.what().equals("model pre/cumulative/logits")).findFirst().orElseThrow();
        double isolated = rows.stream().filter(row -> row.what().contains("/isolated/")).flatMap(row -> row.figures().stream()).mapToDouble(CompareRow.Figures::maxRel).max().orElseThrow();
        assertThat(logits.note()).contains(Text.format("; %.2g times the largest error of an operation by itself", logits.figures().orElseThrow().maxRel() / isolated));
    }

    private static void write(ReplayFile replay, Path file) {
        try {
            replay.write(file);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void hooksAreComparedInTheirOrderAndLookingChangesNothing() {
        List<CompareRow> rows = new ModelComparison(small("post"), ModelParts.CATALOG, 1).compare(simd, DType.F32, exact, (row, _) -> row);
        assertThat(rows).extracting(CompareRow::what).containsSubsequence("model post/cumulative/hook_embed", "model post/cumulative/blocks.0.hook_attn_out",
                "model post/cumulative/blocks.1.hook_attn_out", "model post/cumulative/logits", "model post/observer/logits with and without hooks",
                "model post/gradient/blocks.1.hook_attn_out", "model post/gradient/blocks.0.hook_attn_out", "model post/gradient/blocks.0.attn.W_Q");
        assertThat(rows).filteredOn(row -> row.what().contains("observer")).extracting(CompareRow::note).containsExactly("the same bits");
    }

    private List<CompareRow> whereAttentionThrows(RuntimeException failure) {
        Backend failing = new DelegatingBackend("failing", simd) {
            @Override
            public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
                if (op instanceof FusedOp.Attention) {
                    throw failure;
                }
                return super.runFused(op, save, inputs);
            }
        };
        return new ModelComparison(small("pre"), ModelParts.CATALOG, 1).compare(failing, DType.F32, exact, (row, _) -> row);
    }

    @Test
    void anOperationThatThrowsIsABugAtItsPlaceAndTheRestIsCompared() {
        List<CompareRow> rows = whereAttentionThrows(new IllegalStateException("out of luck"));
        assertThat(bugs(rows)).allSatisfy(row -> assertThat(row.note()).contains("it fails: java.lang.IllegalStateException: out of luck"));
        assertThat(bugs(rows)).extracting(CompareRow::what).containsExactly("model pre/first hook outside/none", "model pre/cumulative/all",
                "model pre/isolated/after blocks.0.attn.hook_v, operation 11: attention", "model pre/isolated/after blocks.1.attn.hook_v, operation 27: attention",
                "model pre/observer/logits with and without hooks", "model pre/gradient/all", "model pre/isolated gradient/after blocks.1.attn.hook_v, operation 16: attention",
                "model pre/isolated gradient/after blocks.0.attn.hook_v, operation 32: attention");
        assertThat(rows).filteredOn(row -> row.what().contains("isolated") && row.verdict() == CompareVerdict.NOISE).hasSizeGreaterThan(20);
    }

    @Test
    void anOperationThatIsDeclaredMissingIsUnsupported() {
        assertThat(whereAttentionThrows(new UnsupportedOperationException("no attention here"))).filteredOn(row -> row.verdict() != CompareVerdict.NOISE).hasSize(7).allSatisfy(row -> {
            assertThat(row.verdict()).isEqualTo(CompareVerdict.UNSUPPORTED);
            assertThat(row.note()).isEqualTo("no attention here");
        });
    }

    @Test
    void aBackendThatCannotSayWhatItFusesEndsNothing() {
        Backend failing = new DelegatingBackend("failing", simd) {
            @Override
            public boolean fuses(FusedOp op) {
                throw new IllegalStateException("out of luck");
            }
        };
        assertThat(bugs(new ModelComparison(small("pre"), ModelParts.CATALOG, 1).compare(failing, DType.F32, exact, (row, _) -> row))).extracting(CompareRow::note)
                .contains("it fails: java.lang.IllegalStateException: out of luck");
    }
}
