package io.fluxo.experiments.study.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.StudyInputs.Input;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which files a study reads, and that a continued run reads the same. */
class StudyInputsTest {

    private static final Path RUN = Path.of("run");
    private static final Path TEXT = Path.of("/texts/a.txt");
    private static final Locations STUDY = Locations.of("study.yaml");

    @TempDir
    private Path folder;

    private static StudyInputs inputs(String sha256, long bytes) {
        return new StudyInputs(List.of(new Input("task.corpus", TEXT, new Fingerprint(sha256, bytes))));
    }

    @Test
    void theSameFilesAreAccepted() {
        inputs("0123456789abcdef", 7).requireSame(RUN, inputs("0123456789abcdef", 7).json(), STUDY);
    }

    @Test
    void otherFilesAreToldWithWhatIsDifferent() {
        StudyInputs now = inputs("0123456789abcdef", 1_234);
        assertRefused(now, inputs("fedcba987654", 7), "run: study.yaml: task.corpus: /texts/a.txt has changed since the run began (then 7 bytes, sha256 fedcba987654;"
                + " now 1,234 bytes, sha256 0123456789ab…); put it back as it was, or begin another run");
        assertRefused(now, new StudyInputs(List.of()), "run: study.yaml: task.corpus: /texts/a.txt was not there when the run began; put it back as it was,"
                + " or begin another run");
        assertRefused(new StudyInputs(List.of()), now, "run: study.yaml: task.corpus: /texts/a.txt was there when the run began, and is gone; put it back as it was,"
                + " or begin another run");
        assertThatThrownBy(() -> now.requireSame(RUN, Json.object().path("inputs"), STUDY)).isInstanceOf(BadInput.class)
                .hasMessageStartingWith("run: its environment.json does not say which files it read (inputs)");
    }

    private static void assertRefused(StudyInputs now, StudyInputs then, String message) {
        assertThatThrownBy(() -> now.requireSame(RUN, then.json(), STUDY)).isInstanceOf(BadInput.class).hasMessage(message);
    }

    @Test
    void ofAModelThoseFilesCountThatSayWhatItComputes() throws IOException {
        for (String name : List.of("config.json", "model.safetensors", "more.safetensors", "tokenizer.json", "vocab.txt", ".hidden.safetensors", "notes.txt", "report.html")) {
            Files.writeString(folder.resolve(name), name);
        }
        Files.createDirectory(folder.resolve("old.safetensors"));
        StudyInputs inputs = of(folder);
        assertThat(inputs.files()).extracting(Input::path).containsExactly(folder.resolve("config.json"), folder.resolve("model.safetensors"),
                folder.resolve("more.safetensors"), folder.resolve("tokenizer.json"), folder.resolve("vocab.txt"));
        assertThat(inputs.files()).extracting(Input::key).containsOnly("model.init_from");
        assertThat(inputs.files().getFirst().content()).isEqualTo(new Fingerprint(Fingerprint.sha256("config.json".getBytes(StandardCharsets.UTF_8)), 11));
    }

    @Test
    void aModelThatIsNoFolderIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("model"), "");
        assertThatThrownBy(() -> of(file)).isInstanceOf(BadInput.class)
                .hasMessage("study.yaml: model.init_from: " + file + ": is not a folder; it must be a folder with config.json and model.safetensors");
        Path nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> of(nowhere)).hasMessageContaining(nowhere + ": there is no such folder; it must be a folder");
    }

    /** Reading a device may never end; this one is empty, so that the test ends whether it is read or not. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDeviceIsNoModelNorAFileOfOne() throws IOException {
        Path device = Path.of("/dev/null");
        assertThatThrownBy(() -> of(device)).isInstanceOf(BadInput.class).hasMessageStartingWith("study.yaml: model.init_from: /dev/null: is a pipe, a device or a socket");
        Path file = Files.createSymbolicLink(folder.resolve("config.json"), device);
        assertThatThrownBy(() -> of(folder)).isInstanceOf(BadInput.class).hasMessageStartingWith("study.yaml: model.init_from: " + file + ": is a pipe, a device or a socket");
    }

    private static StudyInputs of(Path model) {
        Tasks tasks = new Tasks(Fixtures.ALL);
        List<PreparedTrial> trials = Trials.prepare(Trials.of(Fixtures.study(Fixtures.SMALL.replace("n_ctx: 8", "n_ctx: 8, init_from: " + model)), 1), tasks, STUDY);
        return StudyInputs.of(trials, tasks, STUDY);
    }
}
