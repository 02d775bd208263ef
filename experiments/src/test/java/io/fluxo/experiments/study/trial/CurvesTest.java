package io.fluxo.experiments.study.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.train.Measures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report draws, and what conditions read, is what metrics.jsonl holds. */
class CurvesTest {

    private static final String GRADIENTS = Measures.STREAM_GRAD_NORM_BY_LAYER.label();

    @TempDir
    private Path folder;

    private Curves read(String lines) throws IOException {
        return Curves.read(Files.writeString(folder.resolve("metrics.jsonl"), lines));
    }

    @Test
    void everyStepHasALossAndSomeHaveMore() throws IOException {
        Curves curves = read("""
                {"step": 1, "loss": 3.5, "lr": 0.1, "%1$s": [1, 2, 4], "update_ratio": [0.5, null]}
                {"step": 2, "loss": null}
                {"step": 3, "loss": 2.5, "validation_loss": 2.75}
                {"step": 4, "loss": 2.25, "validation_loss": null, "%1$s": [3, 3, 3]}
                """.formatted(GRADIENTS));
        assertThat(curves.loss()).containsExactly(3.5, Double.NaN, 2.5, 2.25);
        assertThat(curves.validation()).containsExactly(entry(3, 2.75), entry(4, Double.NaN));
        assertThat(curves.byLayer().keySet()).containsExactly(GRADIENTS, "update_ratio");
        assertThat(curves.byLayer().get(GRADIENTS).keySet()).containsExactly(1, 4);
        assertThat(curves.byLayer().get(GRADIENTS).get(1)).containsExactly(1, 2, 4);
        assertThat(curves.byLayer().get("update_ratio").get(1)).containsExactly(0.5, Double.NaN);
    }

    @Test
    void aLineThatWasCutOffIsLeftOut() throws IOException {
        assertThat(read("{\"step\": 1, \"loss\": 3.5}\n{\"step\": 2, \"lo").loss()).containsExactly(3.5);
        assertThat(Curves.read(folder.resolve("never.jsonl"))).isEqualTo(Curves.EMPTY);
    }

    @Test
    void theSpreadIsTheGeometricMeanOverTheStepsThatMeasured() {
        Curves curves = curves(1, new double[] {1, 2, 4}, 8, new double[] {5, 5, 5}, 16, new double[] {1, 16, 4});
        assertThat(curves.streamGradientSpread().orElseThrow()).isCloseTo(4, within(1e-12));
        assertThat(curves.streamGradientSpreadAtStart()).hasValue(4);
        assertThat(curves(1, new double[] {1, 0}, 2, new double[] {1, 1}).streamGradientSpread()).hasValue(Double.POSITIVE_INFINITY);
        assertThat(Curves.EMPTY.streamGradientSpread()).isEqualTo(OptionalDouble.empty());
        assertThat(curves(1, new double[] {7}).streamGradientSpreadAtStart()).as("one layer is no spread").isEmpty();
    }

    /** A trial of 200 steps measures at every fourth; a longer one that it began as did so at every second at most. */
    @Test
    void whatAnotherTrialMeasuredIsLeftOut() {
        Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst().withSteps(203);
        double[] row = {1, 2};
        Curves curves = curves(1, row, 2, row, 4, row, 6, row, 203, row).measuredBy(trial);
        assertThat(curves.byLayer().get(GRADIENTS).keySet()).containsExactly(1, 4, 203);
        assertThat(curves.loss()).containsExactly(9);
    }

    private static Curves curves(Object... stepsAndRows) {
        SortedMap<Integer, double[]> rows = new TreeMap<>();
        for (int i = 0; i < stepsAndRows.length; i += 2) {
            rows.put((Integer) stepsAndRows[i], (double[]) stepsAndRows[i + 1]);
        }
        return new Curves(new double[] {9}, new TreeMap<>(), Map.of(GRADIENTS, rows));
    }
}
