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
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
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
    void aFaultyOperationIsNamedAtItsPlaceAndCanBeRunAgain(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("culprit.json");
        List<CompareRow> kept = new ArrayList<>();
        Backend faulty = Fault.SCALED.in(simd, "layerNorm", false, 1e-4);
        List<CompareRow> rows = new ModelComparison(small("pre"), ModelParts.CATALOG, 1).compare(faulty, DType.F32, exact, (row, operation) -> {
            kept.add(row);
            write(new ReplayFile(row.what(), row.dtype(), operation), file);
            return row.replayedFrom(file.toString());
        });
        assertThat(kept).isNotEmpty().allMatch(row -> row.operation().equals("layerNorm"));
        assertThat(kept.getFirst().what()).contains("model pre/isolated/after blocks.0.hook_resid_pre", "layerNorm");
        assertThat(bugs(rows)).allMatch(row -> row.what().contains("isolated") && row.replay().equals(file.toString()) || row.what().contains("cumulative"));
        ReplayFile again = ReplayFile.read(file);
        assertThat(again.single().on(faulty, again.dtype(), exact).verdict()).isEqualTo(CompareVerdict.BUG);
        assertThat(again.single().on(simd, again.dtype(), exact).verdict()).isEqualTo(CompareVerdict.NOISE);
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
                "model post/cumulative/blocks.1.hook_attn_out", "model post/cumulative/logits");
        assertThat(rows.getLast().note()).isEqualTo("the same bits");
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
        assertThat(bugs(rows)).hasSize(4).allSatisfy(row -> assertThat(row.note()).isEqualTo("it fails: java.lang.IllegalStateException: out of luck"));
        assertThat(bugs(rows)).extracting(CompareRow::what).satisfiesExactly(what -> assertThat(what).isEqualTo("model pre/cumulative"), what -> assertThat(what).contains("isolated", "attention"),
                what -> assertThat(what).contains("isolated", "attention"), what -> assertThat(what).contains("observer"));
        assertThat(rows).filteredOn(row -> row.what().contains("isolated") && row.verdict() == CompareVerdict.NOISE).hasSizeGreaterThan(20);
    }

    @Test
    void anOperationThatIsDeclaredMissingIsUnsupported() {
        assertThat(whereAttentionThrows(new UnsupportedOperationException("no attention here"))).filteredOn(row -> row.verdict() != CompareVerdict.NOISE).hasSize(4).allSatisfy(row -> {
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
