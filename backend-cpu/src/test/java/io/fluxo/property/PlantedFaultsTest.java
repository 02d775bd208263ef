package io.fluxo.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.property.Report.Refuted;
import io.fluxo.property.junit.VerifiedBlock;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** A block with one fault is refuted by the properties it breaks and by no other, with a small case to show for it. */
class PlantedFaultsTest {

    private static final String FINITE = "finite inputs give finite values";
    private static final String SEQUENCES = "a sequence does not depend on others";
    private static final String TOKEN_FORM = "the equations of a token agree with those of all";
    private static final String CAUSAL = "a token does not depend on later ones";

    private static final Backend BACKEND = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));

    /** Its network adds a little of the mean over all tokens to each. */
    private static final Placement MIXED = with((pass, x) -> pass.add(x, pass.scale(pass.mean(x, 1), 0.1)));

    @AfterAll
    static void close() {
        BACKEND.close();
    }

    /** A feed-forward network whose input another function has had in hand. */
    private static final class Spoilt extends Layer {
        private final Layer mlp;
        private final BiFunction<Pass, Tensor, Tensor> fault;

        Spoilt(Layer mlp, BiFunction<Pass, Tensor, Tensor> fault) {
            super(mlp.path());
            this.mlp = part(mlp);
            this.fault = fault;
        }

        @Override
        protected Tensor compute(Pass pass, Tensor x) {
            return mlp.forward(pass, fault.apply(pass, x));
        }
    }

    private static Placement with(BiFunction<Pass, Tensor, Tensor> fault) {
        return Placement.of(parts -> {
            Layer spoilt = new Spoilt(parts.mlp(), fault);
            return new PreNormBlock(new Placement.Parts(parts.path(), parts.attention(), spoilt, parts.norm()));
        }, true);
    }

    /** Each token's features and those of the token before it. */
    private static Tensor withPrevious(Pass pass, Tensor x) {
        Tensor earlier = pass.slice(x, 1, Dim.of(0), x.dim(1).minus(Dim.ONE));
        return pass.add(x, pass.pad(earlier, 1, Dim.ONE, Dim.of(0), Scalar.ZERO));
    }

    private static Map<String, Refuted<BlockCase>> refutations(Placement placement) {
        var properties = new LayerProperties<>(drawn -> drawn.block(placement), BlockDomain.of(DType.F64), BACKEND, DType.F64);
        Map<String, Refuted<BlockCase>> refuted = new TreeMap<>();
        for (Property<BlockCase> property : new BlockProperties(properties).all()) {
            if (property.run(1, 30) instanceof Refuted<BlockCase> one) {
                assertThat(one.minimal()).isTrue();
                refuted.put(property.name(), one);
            }
        }
        return refuted;
    }

    @Test
    void noFaultNoRefutation() {
        assertThat(refutations(with((pass, x) -> x))).isEmpty();
    }

    @Test
    void aNetworkThatMixesTokens() {
        var refuted = refutations(MIXED);
        assertThat(refuted).containsOnlyKeys(CAUSAL, TOKEN_FORM);
        // two tokens, and two features: a layer norm makes 0 of a single one
        assertThat(refuted.get(CAUSAL)).hasToString("""
                a token does not depend on later ones: refuted by
                    batch=1 pos=2 d_model=2 n_heads=1 d_head=1 d_v=1 d_mlp=2, causal relu layer_norm eps=1e-5, weights ×1, input normal ×1, seed 0
                  because
                    another token 1 took h[batch=0 pos=0 d_model=0] from -1.1187926799830838 to -1.099442017605677
                  shrunk in 16 steps from
                    batch=1 pos=15 d_model=33 n_heads=3 d_head=2 d_v=1 d_mlp=19, causal relu rms_norm eps=1e-5 affine biases, \
                weights ×10, input repeated ×1e18, seed 87
                  seed 1 replays it""");
    }

    @Test
    void aNetworkThatReadsTheTokenBeforeIsCausalAllTheSame() {
        var refuted = refutations(with(PlantedFaultsTest::withPrevious));
        assertThat(refuted).containsOnlyKeys(TOKEN_FORM);
        assertThat(refuted.get(TOKEN_FORM).smallest().value().pos()).isEqualTo(2);
    }

    @Test
    void aNetworkThatMixesSequences() {
        var refuted = refutations(with((pass, x) -> pass.add(x, pass.mean(x, 0))));
        assertThat(refuted).containsOnlyKeys(SEQUENCES);
        assertThat(refuted.get(SEQUENCES).smallest().value()).satisfies(smallest -> {
            assertThat(smallest.batch()).isEqualTo(2);
            assertThat(smallest.pos()).isEqualTo(1);
            assertThat(smallest.toString()).contains("causal relu layer_norm eps=1e-5, weights ×1, input normal ×1, seed 0");
        });
    }

    @Test
    void aNetworkThatOverflows() {
        var refuted = refutations(with((pass, x) -> pass.log(pass.exp(pass.scale(x, 1000)))));
        assertThat(refuted).as("where values are not finite, the other claims say nothing").containsOnlyKeys(FINITE);
        assertThat(refuted.get(FINITE).smallest().reason()).isEqualTo("h[batch=0 pos=0 d_model=0] is NaN");
        assertThat(refuted.get(FINITE).smallest().value().pos()).isEqualTo(1);
    }

    @Test
    void aLayerThatChangesItsWidth() {
        Function<BlockCase, Layer> doubled = drawn -> new Layer("doubled") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return pass.concat(2, x, x);
            }
        };
        Report<BlockCase> report = new LayerProperties<>(doubled, BlockDomain.of(DType.F64), BACKEND, DType.F64).preservesShape().run(1, 1);
        assertThat(report).isInstanceOfSatisfying(Refuted.class, refuted -> assertThat(refuted.smallest()).isEqualTo(
                new Counterexample<>(BlockDomain.of(DType.F64).simplest(), "[batch=1, pos=1, d_model=1] became [batch=1, pos=1, 2]")));
    }

    /** A user's own test of a block with a fault. */
    private record MixedBlockTest(long seed) implements VerifiedBlock {

        @Override
        public Placement placement() {
            return MIXED;
        }

        @Override
        public Backend backend() {
            return new SimdProvider().open(BackendOptions.DEFAULT);
        }
    }

    @Test
    void aVerificationFailsWithItsReportAndReplays() {
        Map<String, String> failures = failures(new MixedBlockTest(1));
        assertThat(failures).containsOnlyKeys(CAUSAL, TOKEN_FORM, "proof: only attention moves information between tokens, CAUSAL",
                "proof: only attention moves information between tokens, BIDIRECTIONAL");
        assertThat(failures.values()).as("the proof names the part").anyMatch(reason -> reason.contains("blocks.0.mlp"));
        String message = failures.get(CAUSAL);
        assertThat(message).contains("pos=2", "another token 1 took h[batch=0 pos=0");
        long seed = Long.parseLong(message.replaceAll("(?s).*seed (\\d+) replays it", "$1"));
        assertThat(failures(new MixedBlockTest(seed))).containsEntry(CAUSAL, message);
    }

    private static Map<String, String> failures(VerifiedBlock test) {
        Map<String, String> failures = new TreeMap<>();
        try (Stream<DynamicTest> tests = test.verify()) {
            tests.forEach(one -> {
                try {
                    one.getExecutable().execute();
                } catch (Throwable failure) {
                    failures.put(one.getDisplayName(), failure.getMessage());
                }
            });
        }
        return failures;
    }
}
