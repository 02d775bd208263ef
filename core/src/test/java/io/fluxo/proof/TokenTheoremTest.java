package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.proof.TokenClaim.CAUSAL;
import static io.fluxo.proof.TokenClaim.TOKEN_DIAGONAL;
import static io.fluxo.proof.TokenClaim.WITHIN_SEQUENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Layer;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.shape.Dim;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Theorem 1's absence is proved of every model Fluxo builds, and of none that breaks it. */
class TokenTheoremTest {

    private static final Dim WIDTH = Dim.of("d_model", 8);

    static List<ModelSpec> specs() {
        return Specs.all();
    }

    @ParameterizedTest
    @MethodSource("specs")
    void holdsOfEveryModel(ModelSpec spec) {
        TokenTheorem theorem = TokenTheorem.of(spec, ModelParts.CATALOG, 5);
        assertThat(theorem.failure()).isEmpty();
        TokenFlow whole = TokenFlow.of(spec, ModelParts.CATALOG, 5);
        assertThat(whole.output().isFull(TokenTheorem.permitted(spec.get(MASK).standard()))).as("nothing that is permitted was proved absent").isTrue();
        assertThat(whole.output().isTokenDiagonal()).isFalse();
        assertThat(whole.output().isCausal()).isEqualTo(spec.get(MASK).standard() == MaskKind.CAUSAL);
    }

    @ParameterizedTest
    @CsvSource({"post, hook_normalized_resid_post", "pre, hook_resid_post"})
    void contextOfTheFirstBlockIsCarriedToTheLast(String placement, String h) {
        TokenFlow path = TokenTheorem.path(Specs.of(placement), ModelParts.CATALOG, 6);
        assertThat(path.at("blocks.1.hook_attn_out").describe()).as("unknown numbers, each row's its own token's").isEqualTo("row i ← {i}");
        assertThat(path.at("blocks.1." + h).describe()).isEqualTo("row i ← {1 … i}");
        assertThat(path.prove(CAUSAL).proved()).isTrue();
        assertThat(path.output().isFull(CAUSAL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void attentionIsSilencedWhenBuiltOrAsItRuns(String placement) {
        Placement silenced = ModelParts.CATALOG.find(Placement.KIND, placement).orElseThrow()
                .changing(parts -> parts.withAttention(new SilencedAttention(parts.attention().path())));
        TokenProof built = TokenFlow.of(Specs.of("silenced"), ModelParts.CATALOG.plus(Placement.KIND, "silenced", silenced), 4).prove(TOKEN_DIAGONAL);
        TokenProof running = TokenFlow.withoutAttention(Specs.of(placement), ModelParts.CATALOG, 4, path -> true).prove(TOKEN_DIAGONAL);
        assertThat(built.failure()).isEmpty();
        assertThat(running.failure()).isEmpty();
        assertThat(running.derivation()).as("whoever moves what attention returns is seen").contains("blocks.0.hook_attn_out (%s): row i ← {i}"
                .formatted(placement.equals("post") ? "t1" : "t2"));
        // a block that brings its own attention is silenced all the same
        assertThat(TokenTheorem.of(Specs.of(placement), withMask(Mutants.Masking.EXACT), 4).failure()).isEmpty();
    }

    @Test
    void theDerivationReads() {
        TokenProof proof = TokenFlow.of(Specs.of("post"), ModelParts.CATALOG, 6).prove(CAUSAL);
        assertThat(proof.sentence()).isEqualTo("model: row i depends on tokens 1 … i alone: proved for all weights and tokens at N = 6");
        assertThat(proof.derivation()).startsWith("hook_embed: row i ← {i}", "blocks.0.hook_resid_pre (x): row i ← {i}")
                .contains("blocks.0.attn.hook_z: row i ← {1 … i}", "blocks.0.hook_attn_out (t1): row i ← {1 … i}")
                .contains("blocks.1.ln1.hook_out (t3): row i ← {1 … i}")
                .endsWith("output: row i ← {1 … i}");
        assertThat(TokenTheorem.of(Specs.of("pre"), ModelParts.CATALOG, 4).derivation())
                .contains("unembedding: row i depends on token i alone: proved for all weights and tokens at N = 4")
                .endsWith("assumed: " + TokenProof.ASSUMPTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void aFeedForwardNetworkThatMixesTokensIsFound(String placement) {
        Catalog mutant = Mutants.with(UnaryOperator.identity(), mlp -> Mutants.mixingMlp(mlp.path()));
        TokenTheorem theorem = TokenTheorem.of(Specs.of(placement), mutant, 6);
        assertThat(theorem.failure()).hasValueSatisfying(reason -> assertThat(reason).startsWith("blocks.0.mlp").contains("not proved: h_1 depends on x_2"));
        assertThat(TokenFlow.of(Specs.of(placement), mutant, 6).prove(CAUSAL).failure()).hasValueSatisfying(reason ->
                assertThat(reason).isEqualTo("%s_1 depends on x_2 at blocks.0.hook_mlp_out".formatted(placement.equals("post") ? "t4" : "t5")));
        assertThat(TokenFlow.withoutAttention(Specs.of(placement), mutant, 6, path -> true).prove(TOKEN_DIAGONAL).proved()).isFalse();
    }

    @Test
    void aMaskThatLeaksOnePositionIsFound() {
        Catalog mutant = withMask(Mutants.Masking.LEAKING_ONE);
        TokenProof proof = TokenFlow.of(Specs.of("post"), mutant, 6).prove(CAUSAL);
        assertThat(proof.failure()).hasValue("t1_1 depends on x_2 at blocks.0.hook_attn_out");
        assertThat(proof.derivation()).contains("blocks.0.hook_attn_out (t1): row 1 ← {1, 2}, row 2 ← {1 … 3}, row 3 ← {1 … 4}, "
                + "row 4 ← {1 … 5}, row 5 ← {1 … 6}, row 6 ← {1 … 6}");
    }

    @Test
    void anAdditiveMaskDoesNotCountAsAbsence() {
        assertThat(TokenFlow.of(Specs.of("pre"), withMask(Mutants.Masking.ADDITIVE), 6).prove(CAUSAL).failure())
                .hasValue("t2_1 depends on x_2 at blocks.0.hook_attn_out");
        assertThat(TokenTheorem.of(Specs.of("pre"), withMask(Mutants.Masking.EXACT), 6).failure()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void normsThatSeeOtherTokensAreFound(String placement) {
        TokenTheorem batch = TokenTheorem.of(Specs.withNorm(placement, "mutant"), Mutants.withNorm(Mutants::batchNorm), 6);
        assertThat(batch.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("blocks.0.ln1", "h_1 depends on x_2"));
        TokenTheorem neighbour = TokenTheorem.of(Specs.withNorm(placement, "mutant"), Mutants.withNorm(Mutants::neighbourNorm), 6);
        assertThat(neighbour.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("blocks.0.ln1", "h_2 depends on x_1"));
    }

    @Test
    void aLeakBetweenSequencesIsFound() {
        Layer leaking = Mutants.layer("leak", (pass, x) -> pass.add(x, pass.mean(x, 0)));
        TokenFlow flow = TokenFlow.of(leaking, WIDTH, 3);
        assertThat(flow.prove(WITHIN_SEQUENCE).failure()).hasValue("h_1 of sequence 1 depends on x_1 of sequence 2 at the output of leak");
        assertThat(flow.output().describe()).startsWith("row 1.1 ← {1.1} ∪ {2.1}, row 1.2 ← {1.2} ∪ {2.2}");
    }

    @Test
    void sizesAreNoObstacle() {
        ModelSpec spec = Specs.of("pre");
        TokenFlow.of(spec, ModelParts.CATALOG, 6);
        assertThat(time(() -> TokenFlow.of(spec, ModelParts.CATALOG, 6))).isLessThan(Duration.ofMillis(500));
        ModelSpec large = ModelSpec.DEFAULT.with(N_LAYERS, 12).with(D_MODEL, 768).with(N_HEADS, 12).with(D_MLP, 3072).with(N_CTX, 1024).with(D_VOCAB, 50257).with(ACT_FN, "gelu_tanh")
                .with(NORM_AFFINE, true).with(TIED_HEAD, true).with(EMBED_STD, 0.02);
        assertThat(time(() -> assertThat(TokenFlow.of(large, ModelParts.CATALOG, 16).prove(CAUSAL).proved()).isTrue())).isLessThan(Duration.ofSeconds(20));
    }

    private static Duration time(Runnable run) {
        long start = System.nanoTime();
        run.run();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return took;
    }

    private static Catalog withMask(Mutants.Masking masking) {
        UnaryOperator<Attention> masked = attention -> new Mutants.MaskedAttention(attention.path(), ((MultiHeadAttention) attention).dims().dModel(), masking);
        return Mutants.with(masked, UnaryOperator.identity());
    }
}
