package io.fluxo.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.fluxo.block.Traits.Equations;
import io.fluxo.layer.Layer;
import io.fluxo.layer.attention.Absent;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What placements say of themselves, and what is left of it where they are changed. */
class PlacementDeclarationsTest {

    @Test
    void aLineNamesASymbolAndItsHookPoint() {
        assertThat(Symbols.of("x hook_resid_pre", "h hook_resid_post").hooks()).containsExactly(entry("x", "hook_resid_pre"), entry("h", "hook_resid_post"));
    }

    @Test
    void withoutAFeedForwardNetworkTheAttentionStepEndsTheBlock() {
        assertThat(Symbols.POST.withoutFeedForward().hooks()).containsExactly(entry("x", "hook_resid_pre"), entry("t1", "hook_attn_out"), entry("t2", "hook_resid_post"),
                entry("t3", "ln1.hook_out"), entry("h", "ln1.hook_out"));
        assertThat(Symbols.PRE.withoutFeedForward().hooks()).containsExactly(entry("x", "hook_resid_pre"), entry("t1", "ln1.hook_out"), entry("t2", "hook_attn_out"),
                entry("t3", "hook_resid_post"), entry("h", "hook_resid_post"));
    }

    @Test
    void withoutAttentionOnlyTheFeedForwardStepIsLeft() {
        assertThat(Symbols.PRE.withoutAttention().hooks()).containsExactly(entry("x", "hook_resid_pre"), entry("t4", "ln2.hook_out"), entry("t5", "hook_mlp_out"),
                entry("h", "hook_resid_post"));
    }

    @Test
    void eachTraitIsSaidByItself() {
        assertThat(Traits.of(Equations.PRE)).isEqualTo(new Traits(Equations.PRE, false, true, Traits.ResidualUse.ANY, 1, Optional.empty(), Optional.empty(), true));
        assertThat(Traits.ORDINARY.withoutNorms()).isEqualTo(new Traits(Equations.OTHER, false, false, Traits.ResidualUse.ANY, 1, Optional.empty(), Optional.empty(), true));
        assertThat(Traits.ORDINARY.needingBothSubLayers().bothSubLayers()).isTrue();
        assertThat(Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).residual()).isEqualTo(Traits.ResidualUse.PLAIN);
        assertThat(Traits.ORDINARY.withStreams(2, "x_L + N(r_L)")).extracting(Traits::streams, Traits::ending).containsExactly(2, Optional.of("x_L + N(r_L)"));
        assertThat(Traits.ORDINARY.departingFromTheSum("it is halved").sum()).hasValue("it is halved");
        assertThat(Traits.ORDINARY.normalisingTheBranch()).satisfies(traits -> {
            assertThat(traits.sum()).isPresent();
            assertThat(traits.showsResult()).isFalse();
            assertThat(traits.addingPlainly()).isEqualTo(Traits.ORDINARY);
        });
    }

    private static final Key<Integer> STEEPNESS = Key.of("steepness", Type.whole(0), 1, "a key of its own");

    /** Says something of everything that a placement can say. */
    private record Outspoken(int steepness) implements Placement {
        @Override
        public Block block(Parts parts) {
            return new NoNormBlock(parts);
        }

        @Override
        public boolean finalNorm() {
            return true;
        }

        @Override
        public boolean embedNorm() {
            return true;
        }

        @Override
        public List<Key<?>> keys() {
            return List.of(STEEPNESS);
        }

        @Override
        public Placement with(OwnSettings own) {
            return new Outspoken(own.get(STEEPNESS));
        }

        @Override
        public Traits traits() {
            return Traits.ORDINARY.withStreams(steepness, "x");
        }

        @Override
        public SubLayers subLayers(SubLayers.Site site) {
            return new SubLayers(steepness, Optional.empty(), Optional.empty());
        }

        @Override
        public Stack stack(List<Block> blocks, Function<String, Layer> norm) {
            return STACK;
        }
    }

    private static final Stack STACK = new Stack(List.of());

    /** Faulty and watched blocks stand in the place of the originals: nothing but their parts is different. */
    @Test
    void aChangedPlacementStillSaysAllThatTheOriginalSays() {
        Placement changed = new Outspoken(3).changing(UnaryOperator.identity());
        assertThat(changed.keys()).containsExactly(STEEPNESS);
        assertThat(changed.finalNorm()).isTrue();
        assertThat(changed.embedNorm()).isTrue();
        assertThat(changed.traits().streams()).isEqualTo(3);
        assertThat(changed.subLayers(null).gain()).isEqualTo(3);
        assertThat(changed.stack(List.of(), null)).isSameAs(STACK);
        assertThat(changed.with(new OwnSettings(new Keys(List.of(STEEPNESS)), Map.of("steepness", 5))).traits().streams()).isEqualTo(5);
    }

    @Test
    void whatIsLookedUpByAClaimIsSaid() {
        assertThat(new DeepNorm().traits()).isEqualTo(Traits.ORDINARY.withResidual(Traits.ResidualUse.PRESENT).departingFromTheSum("the residual carries αx, α = (2L)^¼"));
        assertThat(new NormFormer().traits()).isEqualTo(Traits.ORDINARY.needingBothSubLayers().normalisingTheBranch());
        assertThat(new ResiDual().traits()).isEqualTo(Traits.ORDINARY.withResidual(Traits.ResidualUse.PLAIN).withStreams(2, "x_L + N(r_L)"));
        assertThat(new ResiDual().finalNorm()).as("its stack has one itself").isFalse();
        assertThat(new MixLn().traits()).as("unless it says otherwise").isEqualTo(Traits.ORDINARY);
    }

    @Test
    void aPlacementFromAConstructorSaysWhatItWasGiven() {
        Placement plain = Placement.of(NoNormBlock::new, true);
        assertThat(plain.traits()).isEqualTo(Traits.ORDINARY);
        assertThat(plain.finalNorm()).isTrue();
        Placement declared = Placement.of(NoNormBlock::new, false, NoNormBlock.TRAITS);
        assertThat(declared.traits()).isEqualTo(NoNormBlock.TRAITS);
        assertThat(declared.finalNorm()).isFalse();
    }

    private static final Placement.Parts NETWORK_ALONE = new Placement.Parts("", new Absent("attn"), new Stack(List.of()), Absent::new);

    @Test
    void onePartIsChangedAtATime() {
        Absent other = new Absent("other");
        assertThat(NETWORK_ALONE.withAttention(other)).isEqualTo(new Placement.Parts("", Depth.ALONE, other, NETWORK_ALONE.mlp(), NETWORK_ALONE.norm(), Residual.IDENTITY));
        assertThat(NETWORK_ALONE.withMlp(other)).isEqualTo(new Placement.Parts("", Depth.ALONE, NETWORK_ALONE.attention(), other, NETWORK_ALONE.norm(), Residual.IDENTITY));
        assertThat(NETWORK_ALONE.withNorms(_ -> other).norm().apply("ln1")).isSameAs(other);
        assertThat(NETWORK_ALONE.withNorms(UnaryOperator.identity()).norm().apply("ln1").path()).isEqualTo("ln1");
    }

    @Test
    void aChangedPlacementBuildsItsBlocksOfChangedParts() {
        Layer network = new Stack(List.of());
        Placement original = Placement.of(NoNormBlock::new, false);
        assertThat(original.changing(parts -> parts.withMlp(network)).block(NETWORK_ALONE).parts()).containsExactly(network);
        assertThat(original.changing(UnaryOperator.identity()).finalNorm()).isFalse();
    }

    /** What is absent is no part, and a block without a path of its own has names without one. */
    @Test
    void aBlockByItselfHasOnlyThePartsThatAreThere() {
        Block block = new NoNormBlock(NETWORK_ALONE);
        assertThat(block.parts()).containsExactly(NETWORK_ALONE.mlp());
        assertThat(block.aliases()).containsOnly(entry("x", "hook_resid_pre"), entry("t4", "hook_mlp_out"), entry("h", "hook_resid_post"),
                entry("mlp.hook_out", "hook_mlp_out"), entry("hook_mlp_contribution", "hook_mlp_out"));
    }
}
