package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.lab.Program.Ran;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims about blocks hold whatever stands before and after them: a norm of the embedding, types of tokens, a tied head, a head for masked tokens, a bound. */
class VerifiedEndsTest {

    private static final String SPEC = """
            study: ends
            task: {kind: markov, states: 5}
            model: {n_layers: 2, d_model: 8, n_heads: 2, d_mlp: 8, n_ctx: 8, norm_affine: true, act_fn: gelu, %s}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tied_head: true", "embed_norm: true, n_token_types: 2, mlm_head: true, head_bias: true, tied_head: true",
            "placement: post, embed_norm: true, n_token_types: 2, mlm_head: true, head_bias: true, tied_head: true", "embed_scale: 3, output_logits_soft_cap: 2"})
    void theChaptersClaimsHoldBetweenOtherEnds(String ends) throws IOException {
        Path spec = Files.writeString(folder.resolve("ends.yaml"), Text.format(SPEC, ends));
        for (String claim : new String[] {"theorem-2", "pre-norm"}) {
            Ran ran = fluxo("verify", claim, "--spec", spec);
            assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        }
    }
}
