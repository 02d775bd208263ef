package io.fluxo.train;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Where a model drops, and that every place and every step drops other elements. */
class DropoutTest {

    private static final List<Setup> SETUPS = Setup.ALL;
    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_MLP, 5).with(N_CTX, 6).with(D_VOCAB, 3)
            .with(DROPOUT, 0.5);

    @ParameterizedTest
    @FieldSource("SETUPS")
    void everyPlaceAndEveryStepHasAKeyOfItsOwn(Setup setup) {
        try (Backend backend = setup.open(); var _ = backend.openScope()) {
            RandomKey stream = RandomKey.of(9);
            LanguageModel model = ModelBuilder.build(SPEC, ModelParts.CATALOG);
            DropoutKeys keys = new DropoutKeys(backend, stream, model);
            List<String> places = List.of("embed_dropout", "blocks.0.attn.dropout", "blocks.0.mlp.dropout", "blocks.1.attn.dropout", "blocks.1.mlp.dropout", "elsewhere");
            Set<List<Long>> seen = new HashSet<>();
            for (int t : new int[] {1, 2, 3, 1000}) {
                keys.prepare(t);
                for (String place : places) {
                    long[] key = (long[]) backend.download(keys.at(place)).array();
                    assertThat(key).as("%s in step %d", place, t).containsExactly(stream.split(t).split(place).state(), 0);
                    assertThat(seen.add(List.of(key[0], key[1]))).as("%s in step %d", place, t).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETUPS")
    void placesDropIndependentlyOfEachOtherAndScaleWhatIsLeft(Setup setup) {
        try (Backend backend = setup.open(); var _ = backend.openScope()) {
            int n = 4000;
            Tensor ones = backend.upload(HostArray.of(Shape.of(n), setup.dtype(), filled(n)));
            boolean[][] kept = new boolean[3][];
            for (int i = 0; i < 3; i++) {
                RandomKey step = RandomKey.of(1).split(i < 2 ? 7 : 8);
                double[] y = backend.download(new Dropout(i == 0 ? "a" : "b", 0.25).forward(Pass.training(backend, step), ones)).toDoubles();
                kept[i] = new boolean[n];
                for (int k = 0; k < n; k++) {
                    kept[i][k] = y[k] != 0;
                    assertThat(y[k]).isEqualTo(kept[i][k] ? setup.dtype() == DType.F32 ? 1 / 0.75f : 1 / 0.75 : 0);
                }
                assertThat(count(kept[i], kept[i])).as("three quarters stay, ± 5 standard deviations").isBetween(2863, 3137);
            }
            assertThat(count(kept[0], kept[1])).as("two places: 9/16 stay in both").isBetween(2093, 2407);
            assertThat(count(kept[1], kept[2])).as("two steps").isBetween(2093, 2407);
        }
    }

    /** What adds to the stream drops, in each kind of sub-layer, and the embedding. */
    @ParameterizedTest
    @CsvSource({"softmax, relu", "softmax, swiglu", "uniform, gelu", "self_only, geglu"})
    void theEmbeddingAndEverySubLayerDrops(String attention, String actFn) {
        Setup setup = SETUPS.getFirst();
        try (Backend backend = setup.open(); var _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(SPEC.with(ATTENTION, attention).with(ACT_FN, actFn), ModelParts.CATALOG);
            model.initialize(backend, setup.dtype(), RandomKey.of(2));
            List<String> asked = new ArrayList<>();
            Pass pass = Pass.training(backend, place -> {
                asked.add(place);
                return backend.upload(Pass.dropoutKey(RandomKey.of(3), place));
            });
            model.forward(pass, backend.upload(HostArray.of(Shape.of(1, 3), new int[] {0, 1, 2})));
            assertThat(asked).containsExactly("embed_dropout", "blocks.0.attn.dropout", "blocks.0.mlp.dropout", "blocks.1.attn.dropout", "blocks.1.mlp.dropout");
        }
    }

    private static double[] filled(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int count(boolean[] some, boolean[] others) {
        int both = 0;
        for (int i = 0; i < some.length; i++) {
            both += some[i] && others[i] ? 1 : 0;
        }
        return both;
    }
}
