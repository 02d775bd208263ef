package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.layer.PastTokens;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.model.ModelSpec.Family;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.Handle;
import io.fluxo.op.ShapesOnly;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.PerLayer.Range;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a specification is built into; shapes alone. */
class ModelBuilderTest {

    private static final ModelSpec SMALL = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_MLP, 5).with(N_CTX, 6).with(D_VOCAB, 3);

    private final ShapesOnly backend = new ShapesOnly();
    private final Pass pass = Pass.evaluation(backend);
    private final Tensor tokens = new Handle(Shape.of(2, 6), DType.I32);

    private <M extends LanguageModel> M filled(M model) {
        model.initialize(backend, DType.F32, RandomKey.of(1));
        return model;
    }

    @Test
    void whatCannotBeBuiltIsSaid() {
        assertThatThrownBy(() -> ModelBuilder.build(SMALL.with(N_HEADS, 3), ModelParts.CATALOG)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("n_heads 3 does not divide d_model 4");
        assertThatThrownBy(() -> ModelBuilder.build(SMALL.with(FAMILY, Family.NGRAM), ModelParts.CATALOG)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an n-gram counts: it has no parameters to build");
        assertThatThrownBy(() -> ModelBuilder.transformer(SMALL.with(FAMILY, Family.GRU), ModelParts.CATALOG)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a model of family gru is no transformer");
    }

    @ParameterizedTest
    @CsvSource({"GRU, 24", "RNN, 8"})
    void recurrentModelsHaveACellInEachLayerAndNoStream(Family family, int gates) {
        LanguageModel model = filled(ModelBuilder.build(SMALL.with(FAMILY, family), ModelParts.CATALOG));
        assertThat(model.layerPaths()).containsExactly("layers.0", "layers.1");
        assertThat(model.streamPoints()).isEmpty();
        assertThat(model.aliases()).isEmpty();
        assertThat(model.parameterCount()).as("embedding, two cells of matrices and biases, unembedding").isEqualTo(3 * 4 + 2L * cell(gates / 8) + 4 * 3 + 3);
        assertThat(model.forward(pass, tokens).shape()).isEqualTo(Shape.of(2, 6, 3));
    }

    /** So many gates, each with a matrix of the input and one of the state, and two biases. */
    private static int cell(int gates) {
        return gates * (4 * 4 + 4 * 4 + 4 + 4);
    }

    @Test
    void theStreamIsBeforeTheFirstBlockAndAfterEach() {
        Transformer model = filled(ModelBuilder.transformer(SMALL, ModelParts.CATALOG));
        assertThat(model.streamPoints()).containsExactly("blocks.0.hook_resid_pre", "blocks.1.hook_resid_pre", "blocks.1.hook_resid_post");
        assertThat(model.layerPaths()).containsExactly("blocks.0", "blocks.1");
        assertThat(model.forward(pass, tokens).shape()).isEqualTo(Shape.of(2, 6, 3));
        Transformer empty = ModelBuilder.transformer(SMALL.with(N_LAYERS, 0), ModelParts.CATALOG);
        assertThat(empty.streamPoints()).isEmpty();
        assertThat(empty.layerPaths()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"pre, PLACEMENT, true", "post, PLACEMENT, false", "post, ALWAYS, true", "pre, NEVER, false"})
    void theFinalNormIsAsThePlacementHasItUnlessItIsSaid(String placement, FinalNorm wanted, boolean there) {
        Transformer model = ModelBuilder.transformer(SMALL.with(PLACEMENT, placement).with(FINAL_NORM, wanted).with(NORM_AFFINE, true), ModelParts.CATALOG);
        assertThat(model.hasFinalNorm()).isEqualTo(there);
        assertThat(model.parameters().stream().anyMatch(parameter -> parameter.name().startsWith("ln_final."))).isEqualTo(there);
    }

    @Test
    void theLastBlocksPlacementDecidesOnTheFinalNorm() {
        PerLayer<Choice> last = new PerLayer<>(Choice.of("pre"), new LinkedHashMap<>(Map.of(Range.parse("1").orElseThrow(), Choice.of("post"))));
        assertThat(ModelBuilder.transformer(SMALL.with(PLACEMENT, last), ModelParts.CATALOG).hasFinalNorm()).isFalse();
    }

    /** Positions that enter through scores go where there are none. */
    @Test
    void aModelLikeOneOfItsLayersHasItsValuesEverywhere() {
        PerLayer<Choice> attention = new PerLayer<>(Choice.of("softmax"), new LinkedHashMap<>(Map.of(Range.parse("1").orElseThrow(), Choice.of("uniform"))));
        ModelSpec spec = SMALL.with(ATTENTION, attention).with(POSITIONS, "rope").with(ROPE_THETA, 500.0);
        ModelSpec first = spec.like(spec.layer(0), ModelParts.CATALOG);
        assertThat(first).isEqualTo(SMALL.with(POSITIONS, "rope").with(ROPE_THETA, 500.0));
        ModelSpec second = spec.like(spec.layer(1), ModelParts.CATALOG);
        assertThat(second).isEqualTo(SMALL.with(ATTENTION, "uniform").with(POSITIONS, "none"));
        ModelSpec learned = SMALL.with(ATTENTION, attention);
        assertThat(learned.like(learned.layer(1), ModelParts.CATALOG)).isEqualTo(SMALL.with(ATTENTION, "uniform"));
        assertThat(spec.withVocabulary(9)).isEqualTo(spec.with(D_VOCAB, 9));
    }

    @Test
    void aHookThatNothingReachesIsAnErrorAndAliasesAreKnown() {
        Transformer model = filled(ModelBuilder.transformer(SMALL, ModelParts.CATALOG));
        assertThat(model.aliases()).containsEntry("blocks.1.x", "blocks.1.hook_resid_pre");
        Cache cache = Cache.of("blocks.1.x");
        assertThat(model.forward(pass.with(cache), tokens).shape()).isEqualTo(Shape.of(2, 6, 3));
        assertThat(cache.values()).containsOnlyKeys("blocks.1.hook_resid_pre");
        assertThatThrownBy(() -> model.forward(pass.with(Cache.of("blocks.2.x")), tokens)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("blocks.2.x");
        assertThat(model.loss(pass, tokens, tokens).shape().elements()).isEqualTo(1);
        assertThat(model.stack().blocks()).isEqualTo(model.blocks()).hasSize(2);
    }

    @Test
    void typesOfTokensHaveTheirOwnRows() {
        Transformer without = filled(ModelBuilder.transformer(SMALL, ModelParts.CATALOG));
        assertThatThrownBy(() -> without.embed(pass, tokens, tokens)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model knows no types of tokens: n_token_types is 0");
        Transformer with = filled(ModelBuilder.transformer(SMALL.with(N_TOKEN_TYPES, 2), ModelParts.CATALOG));
        assertThat(with.embed(pass, tokens, tokens).shape()).isEqualTo(Shape.of(2, 6, 4));
        assertThat(with.embed(pass, tokens).shape()).isEqualTo(Shape.of(2, 6, 4));
        assertThat(with.parameterCount() - without.parameterCount()).isEqualTo(2 * 4);
        Cache cache = Cache.of("hook_token_type_embed");
        with.forward(pass.with(cache), tokens);
        assertThat(cache.values()).containsOnlyKeys("hook_token_type_embed");
    }

    @Test
    void whoWatchesIsToldOfEveryPass() {
        Transformer model = filled(ModelBuilder.transformer(SMALL, ModelParts.CATALOG));
        List<Tensor> seen = new ArrayList<>();
        Tensor other = Handle.f32(2, 6, 3);
        model.watchedBy((given, ids, forward) -> {
            seen.add(ids);
            assertThat(forward.apply(given, ids).shape()).isEqualTo(Shape.of(2, 6, 3));
            return other;
        });
        assertThat(model.forward(pass, tokens)).isSameAs(other);
        assertThat(seen).containsExactly(tokens);
    }

    @Test
    void tiedHeadsShareTheEmbeddingsMatrix() {
        Transformer own = ModelBuilder.transformer(SMALL, ModelParts.CATALOG);
        Transformer tied = ModelBuilder.transformer(SMALL.with(TIED_HEAD, true), ModelParts.CATALOG);
        assertThat(own.parameters().stream().map(Parameter::name)).contains("W_U").startsWith("W_U");
        assertThat(tied.parameters().stream().map(Parameter::name)).doesNotContain("W_U");
        assertThat(own.parameterCount() - tied.parameterCount()).isEqualTo(4 * 3);
    }

    @Test
    void theEmbeddingIsNormalisedWhereTheSpecificationOrTheFirstPlacementSaysSo() {
        assertThat(names(SMALL)).doesNotContain("embed.ln.w");
        assertThat(names(SMALL.with(EMBED_NORM, true))).contains("embed.ln.w");
        assertThat(names(SMALL.with(PLACEMENT, "post_scaled"))).contains("embed.ln.w");
    }

    private static List<String> names(ModelSpec spec) {
        return ModelBuilder.transformer(spec.with(NORM_AFFINE, true), ModelParts.CATALOG).parameters().stream().map(Parameter::name).toList();
    }

    @Test
    void atOtherSizesAModelIsTheSameBesides() {
        ModelDims wider = ModelDims.of(SMALL.with(D_MODEL, 8).with(D_HEAD, 2), SMALL.with(D_MODEL, 8).with(D_HEAD, 2).layer(0));
        assertThat(ModelBuilder.transformer(SMALL, wider, ModelParts.CATALOG).toString())
                .isEqualTo(ModelBuilder.transformer(SMALL.with(D_MODEL, 8).with(D_HEAD, 2), ModelParts.CATALOG).toString());
    }

    /** A sequence goes on token by token only where positions ask how many tokens came before. */
    @Test
    void positionsThatDoNotAskWhereAPassBeginsCannotGoOn() {
        Layer plain = new Layer("pos") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return x;
            }
        };
        var catalog = ModelParts.CATALOG.plus(PositionKind.KIND, "never_asks", new PositionKind() {
            @Override
            public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                return Optional.of(plain);
            }
        });
        Transformer model = filled(ModelBuilder.transformer(SMALL.with(POSITIONS, "never_asks"), catalog));
        assertThat(model.embed(pass, tokens).shape()).isEqualTo(Shape.of(2, 6, 4));
        assertThatThrownBy(() -> model.embed(pass.after(new PastTokens()), tokens)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("the positions do not ask where a pass begins");
        Transformer learned = filled(ModelBuilder.transformer(SMALL, ModelParts.CATALOG));
        assertThat(learned.embed(pass.after(new PastTokens()), tokens).shape()).isEqualTo(Shape.of(2, 6, 4));
    }

    /** Whoever made nothing is named as the specification names it. */
    @Test
    void aPartThatReturnsNothingIsNamed() {
        assertThatThrownBy(() -> ModelBuilder.transformer(SMALL.with(PLACEMENT, "empty"), ModelParts.CATALOG.plus(Placement.KIND, "empty", Placement.of(_ -> null, true))))
                .isInstanceOf(BrokenPartException.class).hasMessage("the placement 'empty' returned null instead of a block for blocks.0");
        assertThatThrownBy(() -> ModelBuilder.transformer(SMALL.with(POSITIONS, "empty"), ModelParts.CATALOG.plus(PositionKind.KIND, "empty", new PositionKind() {
            @Override
            public ScorePositions scores(double theta, Pairs pairs) {
                return null;
            }
        }))).isInstanceOf(BrokenPartException.class).hasMessage("the positions 'empty' returned null instead of how positions enter the scores for blocks.0.attn");
    }

    @Test
    void aBlockHasToSayWhereItsStreamIs() {
        assertThatThrownBy(() -> built(null)).isInstanceOf(BrokenPartException.class).hasMessageMatching("blocks\\.0 \\(.*\\) returned null from chapter\\(\\) instead of a map of symbols to hook points");
        assertThatThrownBy(() -> built(Map.of("x", "hook_x", "h", "hook_gone"))).isInstanceOf(BrokenPartException.class)
                .hasMessageMatching("blocks\\.0 \\(.*\\) has to say in chapter\\(\\) at which of its hook points h is, and says hook_gone; it has \\[blocks\\.0\\.hook_x]");
        assertThat(built(Map.of("x", "hook_x", "h", "hook_x")).streamPoints()).containsExactly("blocks.0.hook_x", "blocks.1.hook_x");
    }

    private static Transformer built(Map<String, String> chapter) {
        return ModelBuilder.transformer(SMALL.with(PLACEMENT, "silent"), ModelParts.CATALOG.plus(Placement.KIND, "silent", Placement.of(parts -> new Silent(parts.path(), chapter), true)));
    }

    /** Hands on what it gets. */
    private static final class Silent extends Block {
        private final HookPoint hookX = boundary("hook_x");
        private final Map<String, String> chapter;

        private Silent(String path, Map<String, String> chapter) {
            super(path);
            this.chapter = chapter;
        }

        @Override
        protected Tensor equations(Pass pass, Tensor x, Tensor context) {
            return pass.at(hookX, x);
        }

        @Override
        public Map<String, String> chapter() {
            return chapter;
        }
    }

    @Test
    void symbolsAreRelatedAsTheSpecificationSaysAndNoOtherwise() {
        ModelDims plain = symbols(SMALL);
        assertThat(plain).isEqualTo(ModelDims.symbolic());
        assertThat(plain.nKeyValueHeads()).isEqualTo(plain.nHeads());
        ModelDims grouped = symbols(SMALL.with(N_KEY_VALUE_HEADS, 1));
        assertThat(grouped.nKeyValueHeads()).isEqualTo(Dim.symbol("n_key_value_heads"));
        assertThat(grouped.nHeads()).isEqualTo(Dim.symbol("groups").times(Dim.symbol("n_key_value_heads")));
        assertThat(grouped.dHead()).isEqualTo(Dim.symbol("d_head"));
        assertThat(symbols(SMALL.with(POSITIONS, "rope")).dHead()).isEqualTo(Dim.of(2).times(Dim.symbol("m")));
        assertThat(symbols(SMALL.with(POSITIONS, "alibi")).dHead()).isEqualTo(Dim.symbol("d_head"));
    }

    private static ModelDims symbols(ModelSpec spec) {
        return ModelDims.symbolic(spec, spec.layer(0), ModelParts.CATALOG);
    }
}
