package io.fluxo.experiments.study.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TrialResultTest {

    private static final AxisCurve CURVE = new AxisCurve("loss_by_pairs", "pairs", List.of(4.0, 8.0), List.of(0.5, 0.25));

    private final Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
    private final TrialResult result = new TrialResult(trial, TrialStatus.FINISHED, 2.5, OptionalDouble.of(3), 17, 30, 1, Proofs.NONE, Map.of(),
            Findings.NONE.with("accuracy", 0.75).with(CURVE), "");

    @Test
    void measuresAreFoundByTheirNames() {
        assertThat(result.measure("final_loss")).isEqualTo(2.5);
        assertThat(result.measure("validation_loss")).isEqualTo(3);
        assertThat(result.measure("accuracy")).isEqualTo(0.75);
        assertThat(result.measure("exam_loss")).isNaN();
        assertThat(result.findings().at("loss_by_pairs", 8)).isEqualTo(0.25);
        assertThat(result.findings().at("loss_by_pairs", 5)).isNaN();
        assertThat(result.findings().at("accuracy_by_pairs", 8)).isNaN();
    }

    @Test
    void aTrialThatFailsAfterAllKeepsWhatItMeasuredAndHasNoFinalLoss() {
        TrialResult failed = result.failed("the disk is full");
        assertThat(failed.outcome()).isEqualTo(TrialStatus.FAILED);
        assertThat(failed.finalLoss()).isNaN();
        assertThat(failed.message()).isEqualTo("the disk is full");
        assertThat(failed.findings()).isEqualTo(result.findings());
        assertThat(failed.measure("validation_loss")).isEqualTo(3);
        assertThat(failed.parameters()).isEqualTo(17);
    }

    @Test
    void aCurveHasAValueForEachPlace() {
        assertThatThrownBy(() -> new AxisCurve("loss_by_pairs", "pairs", List.of(4.0), List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("loss_by_pairs: 1 places, but 0 values");
    }

    @Test
    void aSizeThatIsNotKnownIsADash() {
        ModelSize known = new ModelSize(103_968, 311_904.4);
        assertThat(known.parametersText()).isEqualTo("103,968");
        assertThat(known.multiplyAddsText()).isEqualTo("311,904");
        ModelSize unknown = new ModelSize(OptionalLong.empty(), Double.NaN, Optional.of("why"));
        assertThat(unknown.parametersText()).isEqualTo("–");
        assertThat(unknown.multiplyAddsText()).isEqualTo("–");
    }

    @Test
    void aTaskKnowsItsEntropyAndItsFloorApart() {
        PreparedTrial prepared = Trials.prepare(List.of(trial), new Tasks(Fixtures.ALL), Locations.of("test")).getFirst();
        assertThat(prepared.reference(Reference.UNIGRAM_ENTROPY)).isEqualTo(prepared.task().unigramEntropy()).isPresent();
        assertThat(prepared.reference(Reference.FLOOR)).isEqualTo(prepared.task().floor()).isPresent().isNotEqualTo(prepared.task().unigramEntropy());
    }
}
