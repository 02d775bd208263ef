package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.block.Branch;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Level;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Share;
import io.fluxo.experiments.inspect.instrument.DirectAttribution.Target;
import io.fluxo.inspect.MeaninglessInstrumentException;
import io.fluxo.model.ModelSpec;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DirectAttributionTest {

    private static final int[] IDS = Specimens.ids(6, 1);
    private static final Target LAST = new Target(5, 3, OptionalInt.empty());

    private record Case(ModelSpec spec, DType dtype) {}

    static Stream<Case> cases() {
        ModelSpec deeper = Specimens.SMALL.with(N_LAYERS, 4);
        return Stream.concat(
                Stream.of("pre", "post", "sandwich", "res_post", "deep_norm", "resi_dual", "peri_ln", "mix_ln", "ln_scaling", "parallel", "rezero", "none",
                                "deep_delta", "siamese", "hyper_connections", "mhc", "attn_res")
                        .map(placement -> deeper.with(PLACEMENT, placement)),
                Stream.of(deeper.with(N_KEY_VALUE_HEADS, 1), deeper.with(NORM, "rms_norm").with(PLACEMENT, "res_post"), deeper.with(TIED_HEAD, true).with(EMBED_SCALE, 3.0),
                        deeper.with(HEAD_BIAS, true).with(ACT_FN, "swiglu").with(BIAS, false), deeper.with(PLACEMENT, "post").with(MLM_HEAD, true).with(EMBED_NORM, true),
                        deeper.with(PLACEMENT, "sandwich").with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.3), deeper.with(ATTENTION, "uniform"),
                        deeper.with(POSITIONS, "rope").with(QK_NORM, true).with(NORM, "batch_norm")))
                .flatMap(spec -> Stream.of(DType.F32, DType.F64).map(dtype -> new Case(spec, dtype)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSharesMakeTheLogitAtEveryLevel(Case one) {
        Specimens.with(one.spec, one.dtype, subject -> {
            Specimens.stir(subject);
            double[] logits = Recording.of(subject, IDS, _ -> false).logits()[5];
            int top = Distributions.largest(logits, 1)[0];
            int bottom = Distributions.largest(logits, 9)[8];
            double allowed = one.dtype == DType.F64 ? 1e-10 : 1e-5;
            levels(DirectAttribution.of(subject, IDS, new Target(5, top, OptionalInt.empty()))).forEach(level -> holds(level, logits[top], allowed));
            levels(DirectAttribution.of(subject, IDS, new Target(5, top, OptionalInt.of(bottom)))).forEach(level -> holds(level, logits[top] - logits[bottom], allowed));
        });
    }

    private static Stream<Level> levels(DirectAttribution attribution) {
        return Stream.of(attribution.bySubLayer(), attribution.byHead(), attribution.byNeuron(), attribution.bySource());
    }

    private static void holds(Level level, double logit, double allowed) {
        assertThat(level.logit()).isEqualTo(logit);
        assertThat(level.shares().stream().mapToDouble(Share::value).sum()).isEqualTo(level.sum()).isCloseTo(logit, within(allowed * Math.abs(logit)));
        assertThat(level.residual()).isLessThan(allowed);
    }

    @Test
    void everyLevelHasItsParts() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "post"), subject -> {
            Specimens.stir(subject);
            DirectAttribution attribution = DirectAttribution.of(subject, IDS, LAST);
            assertThat(attribution.bySubLayer().shares()).extracting(share -> share.origin().toString()).containsExactly("hook_embed", "hook_pos_embed",
                    "blocks.0.hook_attn_contribution", "blocks.0.hook_mlp_contribution", "blocks.1.hook_attn_contribution", "blocks.1.hook_mlp_contribution", "blocks.1.ln2",
                    "blocks.1.ln1", "blocks.0.ln2", "blocks.0.ln1");
            assertThat(count(attribution.byHead(), Origin.Head.class)).isEqualTo(2 * 3);
            assertThat(count(attribution.byNeuron(), Origin.Neuron.class)).isEqualTo(2 * 20);
            assertThat(count(attribution.bySource(), Origin.Source.class)).isEqualTo(2 * 3 * 6);
            double[] whole = {share(attribution.bySubLayer(), new Origin.SubLayer(1, Branch.Kind.ATTENTION)), share(attribution.bySubLayer(), new Origin.SubLayer(0, Branch.Kind.NETWORK))};
            assertThat(attribution.byHead().shares().stream().filter(one -> one.origin() instanceof Origin.Head(int layer, int _) && layer == 1
                    || one.origin().toString().equals("blocks.1.attn.b_O")).mapToDouble(Share::value).sum()).isCloseTo(whole[0], within(1e-12));
            assertThat(attribution.byNeuron().shares().stream().filter(one -> one.origin() instanceof Origin.Neuron(int layer, int _) && layer == 0
                    || one.origin().toString().equals("blocks.0.mlp.b_out")).mapToDouble(Share::value).sum()).isCloseTo(whole[1], within(1e-12));
            for (int head = 0; head < 3; head++) {
                int which = head;
                assertThat(attribution.bySource().shares().stream().filter(one -> one.origin() instanceof Origin.Source(int layer, int h, int _) && layer == 0 && h == which)
                        .mapToDouble(Share::value).sum()).isCloseTo(share(attribution.byHead(), new Origin.Head(0, head)), within(1e-12));
            }
            assertThat(attribution.bySubLayer().byLayer().get(1)).isCloseTo(whole[0] + share(attribution.bySubLayer(), new Origin.SubLayer(1, Branch.Kind.NETWORK)), within(1e-12));
        });
    }

    private static long count(Level level, Class<? extends Origin> kind) {
        return level.shares().stream().filter(share -> kind.isInstance(share.origin())).count();
    }

    private static double share(Level level, Origin origin) {
        return level.shares().stream().filter(share -> share.origin().equals(origin)).findFirst().orElseThrow().value();
    }

    /** Without norms the last network's share is what the logit loses where its weights are silenced. */
    @Test
    void aShareIsWhatTheLogitLosesWhereNothingFollows() {
        ModelSpec spec = Specimens.SMALL.with(FINAL_NORM, ModelSpec.FinalNorm.NEVER).with(BIAS, false);
        Specimens.with(spec, subject -> {
            double share = share(DirectAttribution.of(subject, IDS, LAST).bySubLayer(), new Origin.SubLayer(1, Branch.Kind.NETWORK));
            double before = logit(subject);
            Specimens.silence(subject, "blocks.1.mlp.W_out");
            assertThat(before - logit(subject)).isCloseTo(share, within(1e-12));
        });
    }

    private static double logit(Inspected subject) {
        return Recording.of(subject, IDS, _ -> false).logits()[5][3];
    }

    /** The decomposition carries terms forward, attribution carries the direction back: they meet in the same numbers. */
    @Test
    void forwardAndBackwardAgree() {
        for (String placement : List.of("post", "deep_norm", "resi_dual", "siamese", "hyper_connections", "attn_res")) {
            Specimens.with(Specimens.SMALL.with(PLACEMENT, placement), subject -> {
                Specimens.stir(subject);
                FrozenStream stream = FrozenStream.of(subject, Run.of(subject, IDS), "a test");
                double[] reading = FrozenReading.of(subject, stream, "a test").direction(5, 3, 1, new Shares());
                Level level = DirectAttribution.of(subject, IDS, LAST).bySubLayer();
                for (Decomposition.Term term : Decomposition.of(subject, IDS).terms()) {
                    assertThat(share(level, term.origin())).as("%s under %s", term.origin(), placement).isCloseTo(Vectors.dot(reading, term.values()[5]), within(1e-12));
                }
            });
        }
    }

    @Test
    void whatIsNoSumIsRefusedByItsKey() {
        Specimens.with(Specimens.SMALL.with(OUTPUT_LOGITS_SOFT_CAP, 5.0), subject -> assertThatThrownBy(() -> DirectAttribution.of(subject, IDS, LAST))
                .isInstanceOf(MeaninglessInstrumentException.class).hasMessageContaining("output_logits_soft_cap: 5.0 bounds its logits"));
        Specimens.with(Specimens.SMALL.with(NORM, "dynamic_tanh"), subject -> assertThatThrownBy(() -> DirectAttribution.of(subject, IDS, LAST))
                .isInstanceOf(MeaninglessInstrumentException.class).hasMessageContaining("ln_final (DynamicTanh) is not affine"));
        Specimens.with(Specimens.SMALL.with(NORM, "dynamic_tanh").with(PLACEMENT, "res_post").with(FINAL_NORM, ModelSpec.FinalNorm.NEVER), subject -> {
            DirectAttribution attribution = DirectAttribution.of(subject, IDS, LAST);
            assertThat(attribution.bySubLayer().residual()).isLessThan(1e-10);
            assertThatThrownBy(attribution::byHead).isInstanceOf(MeaninglessInstrumentException.class).hasMessageContaining("by head").hasMessageContaining("blocks.0.ln1 (DynamicTanh)");
        });
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "norm_former"), subject -> {
            Specimens.stir(subject);
            DirectAttribution attribution = DirectAttribution.of(subject, IDS, LAST);
            assertThat(Stream.of(attribution.bySubLayer(), attribution.byHead(), attribution.byNeuron()).mapToDouble(Level::residual).max().orElseThrow()).isLessThan(1e-10);
            assertThatThrownBy(attribution::bySource).hasMessageContaining("what its W_O reads in blocks.0.attn. is not shown as pattern · v");
        });
    }

    @Test
    void tokensAndPositionsThatAreNotThereAreRefused() {
        Specimens.with(Specimens.SMALL, subject -> {
            assertThatThrownBy(() -> DirectAttribution.of(subject, IDS, new Target(6, 0, OptionalInt.empty()))).hasMessageContaining("there is no position 6; they go from 0 to 5");
            assertThatThrownBy(() -> DirectAttribution.of(subject, IDS, new Target(0, 9, OptionalInt.empty()))).hasMessageContaining("there is no token 9; they go from 0 to 8");
            assertThatThrownBy(() -> DirectAttribution.of(subject, IDS, new Target(0, 0, OptionalInt.of(-1)))).hasMessageContaining("there is no foil -1");
        });
    }
}
