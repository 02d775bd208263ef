package io.fluxo.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.network.GatedFeedForward;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.layer.position.PositionTraits;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.Handle;
import io.fluxo.shape.Dim;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the kinds of parts declare about themselves: checks and claims rely on it, and plugins on what holds where they declare nothing. */
class DeclarationsTest {

    private static final Dim WIDTH = Dim.of(4);
    private static final FeedForward.Design DESIGN = new FeedForward.Design(false, Initializer.ZEROS, Initializer.ZEROS, Optional.empty(), 0);

    @Test
    void aPlainActivationDeclaresItsFunctionAndAGatedOneDeclaresNone() {
        ActFn plain = ActFn.of((pass, x) -> pass.neg(x), x -> -x);
        assertThat(plain.network("mlp", WIDTH, WIDTH, DESIGN)).isInstanceOf(FeedForward.class);
        assertThat(plain.isGated()).isFalse();
        assertThat(plain.scalar().orElseThrow().applyAsDouble(3)).isEqualTo(-3);
        ActFn gated = ActFn.gated((pass, x) -> pass.neg(x));
        assertThat(gated.network("mlp", WIDTH, WIDTH, DESIGN)).isInstanceOf(GatedFeedForward.class);
        assertThat(gated.isGated()).isTrue();
        assertThat(gated.scalar()).isEmpty();
    }

    @Test
    void ofAnAttentionThatDeclaresNothingQueriesAndKeysAreAssumed() {
        AttentionKind silent = (path, _, _) -> new Absent(path);
        assertThat(silent.traits()).isEqualTo(AttentionTraits.OTHER);
        AttentionKind declared = AttentionKind.of(silent, AttentionTraits.WITHOUT_SCORES);
        assertThat(declared.traits()).isEqualTo(AttentionTraits.WITHOUT_SCORES);
        assertThat(declared.attention("attn", null, null).path()).isEqualTo("attn");
    }

    @Test
    void positionsThatDeclareNothingAreAddedToTheEmbeddingAndLeaveScoresAlone() {
        PositionKind silent = new PositionKind() {};
        assertThat(silent.traits()).isEqualTo(PositionTraits.ADDED);
        assertThat(silent.added(WIDTH, WIDTH, Initializer.ZEROS)).isEmpty();
        ScorePositions scores = silent.scores(1e4, null);
        assertThat(scores.turns()).isFalse();
        assertThat(scores.addsBias()).isFalse();
        Handle queries = Handle.f32(1, 2, 1, 4);
        assertThat(scores.turn(null, queries, Dim.of(0))).isSameAs(queries);
    }

    @Test
    void aNormReadsEpsUnlessItDeclaresThatItDoesNot() {
        NormFactory silent = LayerNorm::new;
        assertThat(silent.readsEps()).isTrue();
        assertThat(new LayerNorm("ln", WIDTH, true, 0.25).eps()).isEqualTo(0.25);
        NormFactory declared = NormFactory.withoutEps((path, width, affine, _) -> new DynamicTanh(path, width, affine, 0.5));
        assertThat(declared.readsEps()).isFalse();
        assertThat(declared.norm("ln", WIDTH, true, 0).parameters()).hasSize(3);
        assertThat(declared.readsAffine()).isTrue();
    }

    @Test
    void dropoutThatDropsNothingSaysSo() {
        assertThat(new Dropout("drop", 0).drops()).isFalse();
        assertThat(new Dropout("drop", 0.1).drops()).isTrue();
    }

    @Test
    void anAttentionsSizesOperationAndProjectionsAreThoseItWasBuiltFrom() {
        var dims = new MultiHeadAttention.Dims(WIDTH, Dim.of(6), Dim.of(2), Dim.of("d_head", 9), Dim.of(5));
        MultiHeadAttention attention = new MultiHeadAttention("attn", dims,
                new MultiHeadAttention.Design(Mask.CAUSAL, false, Initializer.ZEROS, Initializer.ZEROS, Initializer.ZEROS, ScorePositions.NONE, Optional.empty(), Optional.empty(), 0));
        assertThat(attention.dims()).isEqualTo(dims);
        assertThat(attention.operation().mask()).isEqualTo(Mask.CAUSAL);
        assertThat(attention.operation().scale().value()).isEqualTo(1 / 3.0);
        assertThat(attention.operation().bias()).isFalse();
        assertThat(attention).hasToString("""
                attn: MultiHeadAttention, 448 parameters
                  W_Q [4, n_heads·d_head=54]
                  W_K [4, n_key_value_heads·d_head=18]
                  W_V [4, n_key_value_heads·d_v=10]
                  W_O [n_heads·d_v=30, 4]
                  dropout: Dropout""");
        var projections = attention.projections();
        assertThat(projections.q().weight().name()).isEqualTo("attn.W_Q");
        assertThat(projections.k().weight().name()).isEqualTo("attn.W_K");
        assertThat(projections.v().weight().name()).isEqualTo("attn.W_V");
        assertThat(projections.o().weight().name()).isEqualTo("attn.W_O");
        var oneEach = new MultiHeadAttention.Dims(WIDTH, Dim.of(2), Dim.of(3), Dim.of(3));
        assertThat(new MultiHeadAttention("attn", oneEach, Mask.BIDIRECTIONAL, true, Initializer.ZEROS, 0).toString())
                .contains("W_K [4, n_heads·d_head=6]", "W_V [4, n_heads·d_v=6]", "b_K [n_heads·d_head=6]");
    }
}
