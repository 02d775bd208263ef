package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunedLensTest {

    private static final List<int[]> SEQUENCES = IntStream.range(0, 6).mapToObj(i -> Specimens.ids(8, i)).toList();
    private static final TunedLens.Training TRAINING = new TunedLens.Training(80, 0.01, 5);

    @ParameterizedTest
    @ValueSource(strings = {"pre", "post", "res_post", "resi_dual", "deep_delta", "siamese", "hyper_connections", "attn_res"})
    void trainedMapsComeNearerToTheEnd(String placement) {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, placement), DType.F32, subject -> {
            Specimens.stir(subject);
            TunedLens lens = TunedLens.trained(subject, SEQUENCES, TRAINING);
            assertThat(lens.places()).hasSize(List.of("resi_dual", "siamese").contains(placement) ? 2 : 4);
            assertThat(lens.places()).allSatisfy(place -> assertThat(place.after()).isPositive().isLessThan(0.7 * place.before()));
            assertThat(lens.divergences(subject, SEQUENCES)).containsExactly(lens.places().stream().mapToDouble(TunedLens.Place::after).toArray(), within(1e-6));
        });
    }

    @Test
    void untrainedItIsTheLogitLens() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "post"), subject -> {
            TunedLens lens = TunedLens.trained(subject, List.of(SEQUENCES.getFirst()), new TunedLens.Training(0, 0.01, 1));
            double[] without = LogitLens.of(subject, SEQUENCES.getFirst()).meanDivergences();
            assertThat(lens.places().get(0).before()).isCloseTo(without[0], within(1e-12)).isEqualTo(lens.places().get(0).after());
            assertThat(lens.places().get(2).before()).isCloseTo(without[1], within(1e-12));
        });
    }

    /** Where the rest of the model is one linear map, an affine map can be that map: nothing of the divergence need be left. */
    @Test
    void itFindsTheMapWhereThereIsOne() {
        ModelSpec linear = Specimens.SMALL.with(PLACEMENT, "none").with(FFN, false).with(ATTENTION, Choice.of("self_only")).with(FINAL_NORM, ModelSpec.FinalNorm.NEVER).with(N_LAYERS, 1);
        Specimens.with(linear, subject -> {
            TunedLens lens = TunedLens.trained(subject, SEQUENCES, new TunedLens.Training(1000, 0.02, 5));
            assertThat(lens.places().getFirst().after()).isLessThan(1e-4 * lens.places().getFirst().before());
            double[][] end = Recording.of(subject, SEQUENCES.getFirst(), _ -> false).logits();
            double[][] read = lens.logits(subject, SEQUENCES.getFirst()).getFirst();
            assertThat(Distributions.largest(read[7], 1)).isEqualTo(Distributions.largest(end[7], 1));
        });
    }

    @Test
    void theSameSeedGivesTheSameMaps() {
        Specimens.with(Specimens.SMALL, subject -> {
            double[] cell = subject.backend().download(subject.model().parameters().getLast().value()).toDoubles().clone();
            TunedLens one = TunedLens.trained(subject, SEQUENCES, new TunedLens.Training(5, 0.01, 5));
            TunedLens same = TunedLens.trained(subject, SEQUENCES, new TunedLens.Training(5, 0.01, 5));
            TunedLens other = TunedLens.trained(subject, SEQUENCES, new TunedLens.Training(5, 0.01, 6));
            assertThat(same.places().get(1).weight()).containsExactly(one.places().get(1).weight());
            assertThat(Arrays.equals(other.places().get(1).weight(), one.places().get(1).weight())).isFalse();
            assertThat(subject.backend().download(subject.model().parameters().getLast().value()).toDoubles()).as("the model is not trained").containsExactly(cell);
        });
    }

    @Test
    void withoutSequencesOrStepsItIsRefused() {
        Specimens.with(Specimens.SMALL, subject -> assertThatThrownBy(() -> TunedLens.trained(subject, List.of(), TRAINING)).hasMessageContaining("of which there have to be some"));
        assertThatThrownBy(() -> new TunedLens.Training(10, 0, 1)).hasMessageContaining("the learning rate above 0");
        Specimens.with(Specimens.SMALL.with(RESIDUAL, ResidualKind.NONE), subject -> assertThatThrownBy(() -> TunedLens.trained(subject, SEQUENCES, TRAINING))
                .hasMessageContaining("the tuned lens has no meaning on this model"));
    }
}
