package io.fluxo.experiments.study.run;

import static io.fluxo.experiments.Fixtures.SMALL;
import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is read as far as it came. */
class RecordedTest {

    @TempDir
    Path folder;

    private final List<PreparedTrial> trials = Trials.prepare(Trials.of(study(SMALL), 1), new Tasks(Fixtures.ALL), Locations.of("test"));

    @Test
    void stopsAtTheFirstRoundThatIsNotFinishedAndSaysWhatIsMissing() throws Exception {
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        new StudyRunner(new SyntheticExecutor(3.1), 1, StudyProgress.SILENT).run(trials.subList(0, 3), directory);
        Recorded recorded = new Recorded(directory);
        assertThat(recorded.missing()).isEmpty();
        assertThatThrownBy(() -> recorded.run(trials)).isInstanceOf(RunStopped.class).hasMessage("the run was stopped");
        assertThat(recorded.missing()).containsExactly(trials.get(3).trial());
        List<PreparedTrial> turned = trials.subList(0, 3).reversed();
        assertThat(recorded.run(turned)).extracting(TrialResult::trial).containsExactlyElementsOf(turned.stream().map(PreparedTrial::trial).toList());
        assertThat(recorded.missing()).isEmpty();
    }

    @Test
    void aResultThatIsDependedOnAndNotRecordedIsAnErrorWithAWayOut() throws Exception {
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        TrialResult failed = new StudyRunner((_, _, _, _) -> {
            throw new IOException("No space left on device");
        }, 1, StudyProgress.SILENT).run(trials.subList(0, 1), directory).getFirst();
        UncheckedIOException unrecorded = RoundRunner.unrecorded(failed, "fluxo ablate --resume run");
        assertThat(unrecorded).hasMessage("trial " + failed.trial().id() + " failed: No space left on device; what is measured depends on it; when that is mended, this goes on: "
                + "fluxo ablate --resume run");
        assertThat(unrecorded.getCause()).hasMessage("No space left on device");
    }
}
