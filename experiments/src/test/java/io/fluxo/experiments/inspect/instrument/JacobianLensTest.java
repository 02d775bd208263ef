package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JacobianLensTest {

    private static final int[] IDS = Specimens.ids(5, 1);

    /** Uniform attention, no network, no norms, no biases: the model is linear in its stream. */
    private static final ModelSpec LINEAR = Specimens.SMALL.with(PLACEMENT, "none").with(FFN, false).with(ATTENTION, "uniform").with(FINAL_NORM, ModelSpec.FinalNorm.NEVER).with(BIAS, false);

    @Test
    void itIsExactWhereTheModelIsLinearAndPositionsAreApart() {
        Specimens.with(LINEAR.with(ATTENTION, Choice.of("self_only")), subject -> {
            double[][] logits = Recording.of(subject, IDS, _ -> false).logits();
            JacobianLens lens = JacobianLens.of(subject, List.of(IDS, Specimens.ids(3, 2)));
            assertThat(lens.places()).hasSize(3);
            for (double[][] read : lens.logits(subject, IDS)) {
                assertThat(Exactness.difference(read, logits)).isLessThan(1e-12);
            }
        });
    }

    /** A prompt of 400 positions takes features in groups of five, five and two. */
    @Test
    void aLongPromptIsExactToo() {
        Specimens.with(LINEAR.with(ATTENTION, Choice.of("self_only")).with(N_CTX, 400), subject -> {
            int[] ids = Specimens.ids(400, 3);
            double[][] logits = Recording.of(subject, ids, _ -> false).logits();
            assertThat(Exactness.difference(JacobianLens.of(subject, List.of(ids)).logits(subject, ids).getFirst(), logits)).isLessThan(1e-12);
        });
    }

    /** Positions see each other: what each does to all is added up, so the sums over positions agree. Every position sees all: the Jacobians are the same at each. */
    @Test
    void mixedPositionsAgreeInTheirSum() {
        Specimens.with(LINEAR.with(MASK, MaskKind.BIDIRECTIONAL), subject -> {
            double[][] logits = Recording.of(subject, IDS, _ -> false).logits();
            for (double[][] read : JacobianLens.of(subject, List.of(IDS)).logits(subject, IDS)) {
                for (int token = 0; token < 9; token++) {
                    assertThat(total(read, token)).isCloseTo(total(logits, token), within(1e-10));
                }
            }
        });
    }

    private static double total(double[][] rows, int column) {
        double sum = 0;
        for (double[] row : rows) {
            sum += row[column];
        }
        return sum;
    }

    /** Against differences of the model itself: row i, column j is what feature j at a position does to feature i of the end. */
    @ParameterizedTest
    @ValueSource(strings = {"pre", "post", "deep_norm", "deep_delta", "siamese", "hyper_connections", "attn_res"})
    void jacobiansAreThoseOfFiniteDifferences(String placement) {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, placement), subject -> {
            Specimens.stir(subject);
            JacobianLens lens = JacobianLens.of(subject, List.of(IDS));
            JacobianLens.Place place = lens.places().get(2);
            String hook = place.point().hooks().getFirst();
            double step = 1e-5;
            for (int j : new int[] {0, 7, place.jacobians().getFirst()[0].length - 1}) {
                double[] expected = new double[12];
                for (int p = 0; p < IDS.length; p++) {
                    double[] up = end(subject, hook, p, j, step);
                    double[] down = end(subject, hook, p, j, -step);
                    for (int i = 0; i < 12; i++) {
                        expected[i] += (up[i] - down[i]) / (2 * step) / IDS.length;
                    }
                }
                for (int i = 0; i < 12; i++) {
                    assertThat(place.jacobians().getFirst()[i][j]).isCloseTo(expected[i], within(1e-6));
                }
            }
        });
    }

    /** The end of the stream, summed over positions, with one feature of one position moved. */
    private static double[] end(Inspected subject, String hook, int position, int feature, double by) {
        try (TensorScope _ = subject.backend().openScope()) {
            Shape shape = Recording.of(subject, IDS, point -> point.name().equals(hook)).at(hook).shape();
            double[] move = new double[shape.elements()];
            move[position * (move.length / IDS.length) + feature] = by;
            Pass pass = subject.pass().with(Intervention.add(hook, subject.backend().upload(HostArray.of(shape, move)))).withAliases(subject.model().aliases());
            double[] stream = subject.backend().download(subject.model().stream(pass, subject.model().embed(subject.pass(), subject.upload(IDS)))).toDoubles();
            double[] sum = new double[12];
            for (int i = 0; i < stream.length; i++) {
                sum[i % 12] += stream[i];
            }
            return sum;
        }
    }

    /** The last place is the end itself: J is 1 there, and of the second of two streams the norm's derivative. */
    @Test
    void theLastPlaceOfOneStreamIsTheModel() {
        Specimens.with(Specimens.SMALL, subject -> assertThat(Exactness.difference(JacobianLens.of(subject, List.of(IDS)).logits(subject, IDS).getLast(),
                Recording.of(subject, IDS, _ -> false).logits())).isLessThan(1e-12));
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "resi_dual"), subject -> {
            JacobianLens lens = JacobianLens.of(subject, List.of(IDS));
            double[][] ofX = lens.places().getLast().jacobians().get(0);
            double[][] ofR = lens.places().getLast().jacobians().get(1);
            assertThat(ofX[3][3]).isCloseTo(1, within(1e-12));
            assertThat(ofX[3][4]).isCloseTo(0, within(1e-12));
            double[] first = lens.places().getFirst().jacobians().get(0)[0];
            assertThat(first).as("x and r begin as one tensor, and are told apart").isNotEqualTo(lens.places().getFirst().jacobians().get(1)[0]);
            assertThat(Arrays.stream(ofR[3]).sum()).as("a norm takes the mean off").isCloseTo(0, within(1e-12));
        });
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "hyper_connections"), subject -> {
            JacobianLens lens = JacobianLens.of(subject, List.of(IDS));
            double[][] ofAll = lens.places().getLast().jacobians().getFirst();
            assertThat(ofAll[3]).as("the streams are added up, one after the other in a row").hasSize(4 * 12);
            for (int i = 0; i < 4 * 12; i++) {
                assertThat(ofAll[3][i]).isCloseTo(i % 12 == 3 ? 1 : 0, within(1e-12));
            }
            assertThat(Exactness.difference(lens.logits(subject, IDS).getLast(), Recording.of(subject, IDS, _ -> false).logits())).isLessThan(1e-12);
        });
    }

    @Test
    void withoutPositionsThereIsNoMean() {
        Specimens.with(Specimens.SMALL, subject -> assertThatThrownBy(() -> JacobianLens.of(subject, List.of())).hasMessageContaining("it needs a prompt"));
        Specimens.with(Specimens.SMALL.with(RESIDUAL, ResidualKind.NONE), subject -> assertThatThrownBy(() -> JacobianLens.of(subject, List.of(IDS)))
                .hasMessageContaining("the Jacobian lens has no meaning on this model"));
    }
}
