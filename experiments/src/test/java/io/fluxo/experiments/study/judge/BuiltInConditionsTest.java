package io.fluxo.experiments.study.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.StudyDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of which studies a built-in rule says something, and which rules are refused. */
class BuiltInConditionsTest {

    private static final String WRITTEN = """
            study: mine
            task: {kind: markov, states: 5}
            training: {steps: 30}
            variants: {a: {}, b: {model.d_model: 8}}
            vary: {training.warmup: [1, 5]}
            conditions: [{measure: final_loss, of: "a,warmup=1", below: 2}]
            """;

    private final Study written = Fixtures.study(WRITTEN);

    @Test
    void aStudyThatComparesSomethingElseIsNotJudged() {
        assertSilent(WRITTEN.replace("[1, 5]", "[1, 6]"));
        assertSilent(WRITTEN.replace("d_model: 8", "d_model: 16"));
        assertSilent(WRITTEN.replace("{kind: markov, states: 5}", "{kind: recall}"));
    }

    private void assertSilent(String yaml) {
        assertThat(new BuiltInConditions(written).judge(Fixtures.study(yaml), List.of(), List.of())).isEqualTo(new Judgement(StudyVerdict.INCONCLUSIVE,
                "the verdict is defined for the variants and the task of the built-in study 'mine' only.", List.of()));
    }

    @Test
    void thereIsAClaimForEachCondition() {
        assertThat(new BuiltInConditions(written, List.of("eq-10.33")).claims()).containsExactly("eq-10.33");
        assertThatThrownBy(() -> new BuiltInConditions(written, List.of())).isInstanceOf(IllegalArgumentException.class).hasMessage("1 conditions, but 0 claims");
    }

    /** Otherwise a condition would hold of all of no values. */
    @Test
    void aVariantWithoutTrialsIsAnError() {
        assertThatThrownBy(() -> new MeasuredSeeds(List.of(), List.of()).values(Quantity.of("final_loss", "a"))).isInstanceOf(IllegalStateException.class)
                .hasMessage("no trials of a");
    }

    @Test
    void aStudyIsRegisteredUnderItsOwnNameAndWithARule() {
        assertThat(StudyDefinition.KIND.objection().apply("mine", StudyDefinition.of(written))).isEmpty();
        assertThat(StudyDefinition.KIND.objection().apply("yours", StudyDefinition.of(written))).hasValue("calls itself 'mine': register it under that name");
        assertThat(StudyDefinition.KIND.objection().apply("mine", new StudyDefinition(written, null))).hasValue("has no rule by which it is judged");
    }
}
