package io.fluxo.inspect;

import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.FAMILY;
import static io.fluxo.model.ModelSpec.FINAL_NORM;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static io.fluxo.model.ModelSpec.RESIDUAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** An instrument asks whether it has a meaning, and refuses naming the fact. */
class ModelContractTest {

    private static ModelSpec small(String placement) {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(D_MLP, 6).with(N_CTX, 4).with(D_VOCAB, 5).with(PLACEMENT, placement);
    }

    private static ModelContract contract(ModelSpec spec) {
        return ModelContract.of(ModelBuilder.build(spec, ModelParts.CATALOG));
    }

    private static ModelSpec mixed(String standard, String last) {
        SequencedMap<PerLayer.Range, Choice> exceptions = new LinkedHashMap<>();
        exceptions.put(PerLayer.Range.parse("1").orElseThrow(), Choice.of(last));
        return small(standard).with(PLACEMENT, new PerLayer<>(Choice.of(standard), exceptions));
    }

    @Test
    void underPreNormALensReadsEverySumThroughTheFinalNorm() {
        ModelContract pre = contract(small("pre"));
        assertThat(pre.lensPoints()).extracting(point -> point.hooks().getFirst()).containsExactly("blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid",
                "blocks.0.hook_resid_post", "blocks.1.hook_resid_mid", "blocks.1.hook_resid_post");
        assertThat(pre.reading()).isEqualTo("the final norm of the stream");
        assertThat(contract(small("pre").with(FINAL_NORM, FinalNorm.NEVER)).reading()).isEqualTo("the stream");
    }

    @Test
    void underPostNormALensReadsWhatTheNormsReturn() {
        ModelContract post = contract(small("post"));
        assertThat(post.lensPoints()).extracting(point -> point.hooks().getFirst()).containsExactly("blocks.0.hook_resid_pre", "blocks.0.ln1.hook_out",
                "blocks.0.hook_normalized_resid_post", "blocks.1.ln1.hook_out", "blocks.1.hook_normalized_resid_post");
        assertThat(post.reading()).isEqualTo("the stream");
    }

    @Test
    void severalStreamsAreReadTogether() {
        ModelContract dual = contract(small("resi_dual"));
        assertThat(dual.streams()).isEqualTo(2);
        assertThat(dual.lensPoints()).extracting(ModelContract.LensPoint::hooks).first().asList().containsExactly("blocks.0.hook_resid_pre", "blocks.0.hook_dual_pre");
        assertThat(dual.lensPoints()).last().isEqualTo(new ModelContract.LensPoint(1, false, List.of("blocks.1.hook_normalized_resid_post", "blocks.1.hook_dual_post")));
        assertThat(dual.reading()).isEqualTo("the stack's ending of its streams");
    }

    @Test
    void anInstrumentWithoutAMeaningRefusesAndNamesTheFact() {
        ModelContract dropped = contract(small("pre").with(RESIDUAL, ResidualKind.NONE));
        assertThat(dropped.againstDecomposition()).isEmpty();
        assertThatThrownBy(() -> dropped.require("the logit lens", dropped.againstLens())).isInstanceOf(MeaninglessInstrumentException.class).hasMessage(
                "the logit lens has no meaning on this model: the stream does not go past the sub-layers of blocks.0, so that what stands in it is no part of the answer");
        assertThatThrownBy(dropped::lensPoints).isInstanceOf(MeaninglessInstrumentException.class);
        assertThat(contract(small("parallel")).againstMiddle()).hasValue("attention and the network stand side by side in blocks.0, with nothing between them");
        assertThat(contract(small("pre")).againstMiddle()).isEmpty();
        ModelContract recurrent = contract(ModelSpec.DEFAULT.with(FAMILY, Family.GRU).with(D_VOCAB, 5));
        assertThat(recurrent.againstLens()).hasValue("it is no transformer, and has no residual stream");
        assertThat(recurrent.againstMiddle()).isEqualTo(recurrent.againstLens());
        assertThat(recurrent.streams()).isZero();
    }

    @Test
    void aStreamThatOnlyTheLastBlockNormalisesIsReadNowhereElse() {
        assertThat(contract(mixed("pre", "post")).againstLens()).hasValue(
                "the unembedding reads what the norm of blocks.1 returns, and blocks.0 hands on a stream that is not normalised");
        assertThat(contract(mixed("post", "pre")).againstLens()).as("the final norm reads both").isEmpty();
        assertThat(contract(small("mix_ln").with(N_LAYERS, 4)).againstLens()).isEmpty();
    }
}
