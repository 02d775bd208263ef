package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.Linear;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelDims;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** d is preserved by every model Fluxo builds, for all sizes, and a part that breaks it is named with the sizes that differ. */
class DimensionProofTest {

    private static final ModelDims DIMS = ModelDims.symbolic();

    static List<ModelSpec> specs() {
        return Specs.all();
    }

    @ParameterizedTest
    @MethodSource("specs")
    void holdsOfEveryModel(ModelSpec spec) {
        DimensionProof proof = DimensionProof.of(spec, ModelParts.CATALOG);
        assertThat(proof.failure()).isEmpty();
        assertThat(proof.points()).hasSize(13).startsWith("blocks.0.hook_resid_pre").doesNotHaveDuplicates();
        assertThat(proof.kinds()).containsExactly(List.of("blocks.0", "blocks.1"));
        assertThat(proof.lemmas()).extracting(DimensionLemma::subject)
                .containsSubsequence("embedding", "blocks.0", "unembedding")
                .contains("blocks.0.attn", "blocks.0.ln1", "blocks.0.mlp", "blocks.0.ln2").hasSize(7);
    }

    @Test
    void theSentenceCountsAndTheDerivationReads() {
        DimensionProof proof = DimensionProof.of(ModelSpec.DEFAULT, ModelParts.CATALOG);
        assertThat(proof.sentence()).isEqualTo("d preserved at 37 hook points: proved for pos ≤ n_ctx");
        assertThat(proof.derivation()).contains(
                "blocks.0.attn: [batch, pos, d_model] → [batch, pos, d_model]: proved",
                "    linear: x [batch, pos, d_model] · W_Q [d_model, d_head·n_heads] · b_Q [d_head·n_heads] → [batch, pos, d_head·n_heads]",
                "        matMul: x [batch, pos, d_model] · W_Q [d_model, d_head·n_heads] → [batch, pos, d_head·n_heads]",
                "    attention: q [batch, pos, n_heads, d_head] · k [batch, pos, n_heads, d_head] · v [batch, pos, n_heads, d_v] → [batch, pos, n_heads, d_v]",
                "    blocks.0.attn.hook_z [batch, pos, n_heads, d_v]",
                "    add: t2 [batch, pos, d_model] · x [batch, pos, d_model] → [batch, pos, d_model]",
                "blocks of one kind, with the same derivation: blocks.0, blocks.1, blocks.2, blocks.3, blocks.4, blocks.5");
        assertThat(proof.derivation()).element(proof.derivation().size() - 2).asString().startsWith("by induction over depth: x_0 is [batch, pos, d_model]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void attentionWithoutOutputProjectionIsRefuted(String placement) {
        UnaryOperator<Attention> unprojected = attention -> new Mutants.UnprojectedAttention(attention.path(), DIMS.dModel(), DIMS.nHeads(), DIMS.dV());
        Catalog mutant = Mutants.with(unprojected, UnaryOperator.identity());
        DimensionProof proof = DimensionProof.of(Specs.of(placement), mutant);
        assertThat(proof.proved()).isFalse();
        assertThat(proof.sentence()).isEqualTo("d not preserved: blocks.0.attn maps [batch, pos, d_model] to [batch, pos, d_v·n_heads], not [batch, pos, d_model]: "
                + "d_v·n_heads ≠ d_model");
        assertThat(proof.lemmas()).filteredOn(lemma -> lemma.subject().equals("blocks.0")).singleElement()
                .satisfies(block -> assertThat(block.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("d_v·n_heads", "d_model")));
    }

    @Test
    void aPartThatStretchesIsRefuted() {
        // [batch, pos, 1] is broadcast by the residual addition, so that the block runs through
        Catalog mutant = Mutants.with(UnaryOperator.identity(), mlp -> Mutants.layer(mlp.path(), (pass, x) -> pass.mean(x, -1)));
        DimensionProof proof = DimensionProof.of(Specs.of("post"), mutant);
        assertThat(proof.failure()).hasValue("blocks.0.mlp maps [batch, pos, d_model] to [batch, pos, 1], not [batch, pos, d_model]: 1 ≠ d_model");
        Block block = block("post", Mutants.layer("blocks.0.mlp", (pass, x) -> pass.mean(x, -1)));
        assertThat(DimensionProof.of(block).failure()).hasValue("blocks.0.hook_mlp_out (t4) is [batch, pos, 1], not [batch, pos, d_model]: 1 ≠ d_model");
    }

    @Test
    void aSizeUsedAsANumberIsRefuted() {
        DimensionProof proof = DimensionProof.of(Mutants.layer("odd", (pass, x) -> pass.scale(x, 1.0 / x.dim(2).size())));
        assertThat(proof.failure()).hasValue("the size d_model is symbolic: it has no number");
    }

    @Test
    void partsUnderTestStandAlone() {
        DimensionProof proof = DimensionProof.of(attention(), block("pre", new Linear("blocks.0.mlp", "in", DIMS.dModel(), DIMS.dModel(), true, Initializer.ZEROS)));
        assertThat(proof.failure()).isEmpty();
        assertThat(proof.points()).hasSize(7);
        assertThat(DimensionLemma.of("half", List.of(), DType.F32, DimensionLemma.STREAM, DimensionLemma.STREAM,
                (pass, x) -> pass.slice(x, 2, Dim.of(0), Dim.symbol("half"))).sentence()).contains("half ≠ d_model");
    }

    @Test
    void blocksOfDifferentKindsAreEachProved() {
        Catalog mixed = Mutants.around((placement, parts) -> parts.path().equals("blocks.1") ? new PostNormBlock(parts) : placement.block(parts));
        DimensionProof proof = DimensionProof.of(Specs.of("pre"), mixed);
        assertThat(proof.proved()).isTrue();
        assertThat(proof.kinds()).containsExactly(List.of("blocks.0"), List.of("blocks.1"));
    }

    @Test
    void boundsAreAssumptions() {
        Shape shorter = DimensionLemma.STREAM.with(1, Dim.symbol("w"));
        DimensionLemma window = DimensionLemma.of("window", List.of(), DType.F32, DimensionLemma.STREAM, shorter,
                (pass, x) -> pass.slice(x, 1, Dim.of(0), Dim.symbol("w")));
        assertThat(window.proved()).isTrue();
        assertThat(window.assumptions()).containsExactly("w ≤ pos");
    }

    private static Block block(String placement, Layer mlp) {
        return ModelParts.CATALOG.all(Placement.KIND).get(placement).block(new Placement.Parts("blocks.0", attention(), mlp,
                name -> new LayerNorm("blocks.0." + name, DIMS.dModel(), true, 1e-5)));
    }

    private static MultiHeadAttention attention() {
        return new MultiHeadAttention("blocks.0.attn", new MultiHeadAttention.Dims(DIMS.dModel(), DIMS.nHeads(), DIMS.dHead(), DIMS.dV()), Mask.CAUSAL, true,
                Initializer.ZEROS, 0);
    }
}
