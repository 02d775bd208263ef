package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Blame;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import org.junit.jupiter.api.Test;

class ProductCounterTest {

    private static final Blame BLAME = new Blame(ProductCounterTest.class.getClassLoader());

    /** 3·(L·(4d² + 2·d·d_mlp + 2·n·d) + d·V): projections, feed-forward network, scores and their values over n tokens, logits. */
    @Test
    void countsWhatTheFormulaSays() {
        ModelSpec spec = Fixtures.study("model: {n_layers: 3, d_model: 24, n_heads: 4, d_mlp: 40, n_ctx: 10, d_vocab: 17}").model();
        ModelSize size = ProductCounter.size(spec, ModelParts.CATALOG, BLAME);
        assertThat(size.multiplyAdds()).isEqualTo(3 * (3 * (4 * 24 * 24 + 2 * 24 * 40 + 2 * 10 * 24) + 24 * 17));
        // embedding, positions, blocks with their biases, unembedding
        assertThat(size.parameters()).hasValue(17 * 24 + 10 * 24 + 3 * (4 * 24 * 24 + 4 * 24 + 2 * 24 * 40 + 40 + 24) + 24 * 17);
    }

    @Test
    void theSameForEveryPlacementAndWithoutParametersToIt() {
        ModelSpec pre = Fixtures.study("model: {n_layers: 2, d_vocab: 9, norm_affine: true}").model();
        ModelSpec post = Fixtures.study("model: {n_layers: 2, d_vocab: 9, norm_affine: true, placement: post}").model();
        assertThat(ProductCounter.size(pre, ModelParts.CATALOG, BLAME).multiplyAdds()).isEqualTo(ProductCounter.size(post, ModelParts.CATALOG, BLAME).multiplyAdds());
    }
}
