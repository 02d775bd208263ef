package io.fluxo.experiments.compare.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.train.TrainingParts;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriftTest {

    private static final Catalog CATALOG = Catalog.of(new ModelParts(), new TrainingParts(), TaskParts::contributeTo);

    private final Backend ejml = new EjmlProvider().open(new BackendOptions(DType.F32, 0, 1));
    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));
    private final DriftArm reference = new DriftArm("ejml", ejml, DType.F32);
    private final DriftArm tested = new DriftArm("simd", simd, DType.F32);

    @AfterEach
    void close() {
        simd.close();
        ejml.close();
    }

    @Test
    void theDistanceIsRelativeToTheOther() {
        HostArray a = HostArray.of(Shape.of(2), 3.0, 0.0);
        HostArray b = HostArray.of(Shape.of(2), 0.0, 4.0);
        assertThat(Distance.of(List.of(a, a), List.of(b, a))).isEqualTo(1, within(1e-15));            // √(9 + 16) over √(16 + 9)
    }

    private static DriftCurve curve(long seed, IntToDoubleFunction distance) {
        List<Integer> xs = IntStream.rangeClosed(1, 20).boxed().toList();
        return new DriftCurve(DriftAxis.STEPS, DriftOf.PARAMETERS, "pre", "simd", "ejml f32", DType.F32, seed, xs, xs.stream().map(distance::applyAsDouble).toList(), List.of());
    }

    @Test
    void aRateIsTheSlopeOfTheLogarithm() {
        DriftGrowth growth = DriftGrowth.of(List.of(curve(1, x -> 1e-7 * Math.exp(0.2 * x)), curve(2, x -> 1e-8 * Math.exp(0.3 * x)), curve(3, x -> 1e-9 * Math.exp(0.4 * x))),
                GrowthForm.EXPONENTIAL);
        assertThat(growth.median()).isEqualTo(0.3, within(1e-12));
        assertThat(growth.interval().low()).isEqualTo(0.3 - 4.302652729911275 * 0.1 / Math.sqrt(3), within(1e-9));       // Student's t at two degrees of freedom
        assertThat(growth.fit()).isEqualTo(1, within(1e-12));
        assertThat(growth.n()).isEqualTo(3);
        assertThat(DriftGrowth.of(List.of(curve(1, x -> 1e-7 * Math.sqrt(x))), GrowthForm.POWER_LAW).median()).isEqualTo(0.5, within(1e-12));
    }

    @Test
    void theFormThatExplainsMoreIsTheBest() {
        assertThat(DriftResult.of(List.of(curve(1, x -> 1e-7 * Math.exp(0.2 * x)))).best()).extracting(DriftGrowth::form).containsExactly(GrowthForm.EXPONENTIAL);
        DriftResult power = DriftResult.of(List.of(curve(1, x -> 1e-7 * x * x), curve(2, x -> 2e-7 * x * x)));
        assertThat(power.growths()).hasSize(2);
        assertThat(power.best()).extracting(DriftGrowth::form).containsExactly(GrowthForm.POWER_LAW);
        assertThat(power.text()).contains("steps, parameters, pre on simd f32 beside ejml f32: power law, rate 2.00");
    }

    @Test
    void placesWithoutADifferenceHaveNoLogarithm() {
        DriftGrowth growth = DriftGrowth.of(List.of(curve(1, x -> x < 5 ? 0 : Math.exp(x)), curve(2, _ -> 0)), GrowthForm.EXPONENTIAL);
        assertThat(growth.median()).isEqualTo(1, within(1e-12));
        assertThat(growth.n()).isEqualTo(1);
        assertThat(growth.interval().isKnown()).isFalse();
    }

    @Test
    void aRateIsTakenBeforeTheFirstJump() {
        DriftGrowth growth = DriftGrowth.of(List.of(curve(1, x -> 1e-9 * x * (x < 15 ? 1 : 1000)), curve(2, x -> 1e-9 * x)), GrowthForm.POWER_LAW);
        assertThat(growth.median()).isEqualTo(1, within(1e-12));
        assertThat(growth.interval().low()).isEqualTo(1, within(1e-9));
        assertThat(growth.jumps()).isEqualTo(1);
        assertThat(growth.n()).isEqualTo(2);
    }

    @Test
    void aBackendDoesNotPartFromItself() {
        DriftSettings settings = new DriftSettings(List.of("pre"), 1, 3, 1, 3);
        DriftResult result = Drift.of(tested, List.of(tested), settings, CATALOG);
        assertThat(result.curves()).hasSize(3).allSatisfy(curve -> assertThat(curve.distances()).hasSize(3).allMatch(distance -> distance == 0));
        assertThat(result.growths()).allMatch(growth -> growth.n() == 0);
    }

    @Test
    void twoBackendsPartByRoundingsAndMostOfAllInTheBiasesOfKeys() {
        DriftSettings settings = new DriftSettings(List.of("post"), 1, 4, 1, 4);
        DriftResult result = Drift.of(tested, List.of(reference), settings, CATALOG);
        assertThat(result.curves()).extracting(DriftCurve::of).containsExactly(DriftOf.STREAM, DriftOf.PARAMETERS, DriftOf.PARAMETERS_BUT_KEY_BIASES);
        assertThat(result.curves().getFirst().distances()).allMatch(distance -> distance > 1e-8 && distance < 1e-5);
        assertThat(result.curves().get(2).distances().getLast()).isBetween(1e-10, 1e-5);
        assertThat(result.curves().get(1).distances().getLast()).isGreaterThan(10 * result.curves().get(2).distances().getLast());
        assertThat(result.curves().get(1).lossDifferences()).hasSize(4).allMatch(difference -> Math.abs(difference) < 1e-5);
        assertThat(DriftJson.of(result).path("curves").get(1).path("distance").size()).isEqualTo(4);
        assertThat(Drift.of(tested, List.of(reference), settings, CATALOG)).isEqualTo(result);
    }

    @Test
    void fewPlacesHaveNoSlope() {
        assertThatThrownBy(() -> new DriftSettings(List.of("pre"), 5, 2, 1, 40)).hasMessageContaining("at least 3 layers and steps").hasMessageContaining("2 layers");
    }
}
