package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.setting.Violation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is checked of a study before anything is trained. */
class StudyTrialsTest {

    private static final String RECALL = """
            task: {kind: recall, pairs: [2, 4]}
            model: {n_layers: 1, d_model: 8, n_ctx: 16}
            vary: {model.placement: [pre, post]}
            compare_on: %s
            """;

    private static StudyTrials of(String yaml) {
        return StudyTrials.of(Fixtures.study(yaml), 1, Fixtures.ALL, Locations.of("test.yaml"));
    }

    @Test
    void variantsAreComparedOnAFigureThatTheirTaskTells() {
        assertThat(of(RECALL.formatted("accuracy_at_4_pairs")).all()).isNotEmpty();
        assertThatThrownBy(() -> of(RECALL.formatted("accuracy_at_32_pairs"))).isInstanceOf(BadInput.class).hasMessageStartingWith("test.yaml: compare_on: ")
                .hasMessageContaining("variants cannot be compared on 'accuracy_at_32_pairs'").hasMessageContaining("accuracy_at_4_pairs")
                .hasMessageEndingWith("placement=pre has no such figure");
    }

    /** An obstacle takes time to look for, and lies in the model, the task or the training: never in the seed. */
    @Test
    void obstaclesAreAskedForOnceWhereOnlyTheSeedDiffers() {
        StudyTrials trials = of(Fixtures.SMALL);
        List<String> asked = new ArrayList<>();
        assertThat(trials.require(trial -> {
            asked.add(trial.trial().id());
            return List.of();
        })).isSameAs(trials);
        assertThat(trials.all()).extracting(PreparedTrial::trial).hasSize(4);
        assertThat(asked).containsExactly("placement=pre,seed=1", "placement=post,seed=1");
    }

    /** What fits into the machine must not decide what is tried: a search that could come to more than fits is refused before it begins. */
    @Test
    void whatTuningMayComeToIsAskedForAsWell() {
        StudyTrials trials = of(Fixtures.SMALL + "tune: {steps: 3, over: {model.d_model: [8, 16]}, extend: 2}\n");
        assertThatThrownBy(() -> trials.require(trial -> trial.trial().model().get(D_MODEL) < 64 ? List.of() : List.of(new Violation("model.d_model", "too large for this machine"))))
                .isInstanceOf(BadInput.class).hasMessage("test.yaml: tune.extend: the search may come to tune-placement=pre,model.d_model=64: too large for this machine; bound the key"
                        + " (tune.bounded), or let it go on by fewer");
        assertThatThrownBy(() -> trials.require(trial -> trial.trial().model().get(D_MODEL) > 4 ? List.of() : List.of(new Violation("model.d_model", "too small"))))
                .hasMessageContaining("may come to tune-placement=pre,model.d_model=4: too small");
    }

    @Test
    void aFolderWithoutAModelIsNoBeginning(@TempDir Path folder) {
        assertThatThrownBy(() -> of(Fixtures.SMALL.replace("n_ctx: 8", "n_ctx: 8, init_from: " + folder))).isInstanceOf(BadInput.class)
                .hasMessageStartingWith("test.yaml: model.init_from: ").hasMessageContaining("config.json: there is no such file");
    }
}
