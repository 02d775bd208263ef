package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Runs of studies that search: the same bytes however they are carried out. */
class SearchRunTest {

    private static final String STUDY = """
            study: searched
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, n_heads: 2, n_ctx: 8}
            training: {steps: 40, batch: 2}
            vary: {model.placement: [pre, post]}
            tune:
              steps: 36
              method: METHOD
              trials: 9
              over: {training.lr: {from: 1e-4, to: 10, scale: log}, model.d_model: {from: 4, to: 24}, model.norm: [layer_norm, rms_norm]}
            seeds: 2
            """;

    /** The best rate is 0.01; above 1 it diverges. */
    private static final TrialExecutor VALLEY = (trial, task, model, listener) -> {
        double rate = trial.training().get(LR);
        if (trial.model().get(D_MODEL) == 7 || rate > 1) {
            return new SyntheticExecutor(3.1).execute(trial, task, model, listener);
        }
        for (int step = 1; step <= trial.training().get(STEPS); step++) {
            listener.step(new StepMetrics(step, 1 + Math.abs(Math.log10(rate) + 2) + 1.0 / step, rate, Map.of(), java.util.OptionalDouble.empty()));
        }
        Files.writeString(model.resolve("config.json"), "{}");
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, 1_000);
    };

    @TempDir
    Path folder;

    private Path study;
    private Path random;

    @BeforeEach
    void write() throws IOException {
        study = Files.writeString(folder.resolve("halving.yaml"), STUDY.replace("METHOD", "halving\n  least_steps: 4"));
        random = Files.writeString(folder.resolve("random.yaml"), STUDY.replace("METHOD", "random"));
    }

    private static Called ablate(Object... arguments) {
        return Called.with(VALLEY, Stream.concat(Stream.of("ablate", "--quiet"), Stream.of(arguments)).toArray());
    }

    private JsonNode results(String run) throws IOException {
        return Json.parse(Files.readString(folder.resolve(run).resolve("results.json")));
    }

    @Test
    void theBestOfEachRungGoesOn() throws IOException {
        ablate(study, "--out", folder.resolve("run")).succeeded();
        JsonNode tuning = results("run").path("tuning");
        for (JsonNode variant : tuning) {
            assertThat(variant.path("tried").valueStream().map(trial -> trial.path("steps").asInt()).toList()).containsExactly(4, 4, 4, 4, 4, 4, 4, 4, 4, 12, 12, 12, 36);
            double[] distances = variant.path("tried").valueStream().limit(9).mapToDouble(SearchRunTest::distance).sorted().toArray();
            assertThat(variant.path("tried").valueStream().skip(9).limit(3).mapToDouble(SearchRunTest::distance).toArray()).containsExactly(distances[0], distances[1], distances[2]);
            assertThat(distance(variant.path("tried").get(12))).isEqualTo(distances[0]);
            assertThat(variant.path("chosen")).isEqualTo(variant.path("tried").get(12).path("values"));
        }
        assertThat(tuning.get(0).path("tried").get(3).path("values")).as("all variants try the same").isEqualTo(tuning.get(1).path("tried").get(3).path("values"));
        String best = tuning.get(0).path("tried").get(12).path("id").asString();
        assertThat(best).endsWith(",steps=36").contains("training.lr=");
        assertThat(folder.resolve("run/trials").resolve(best).resolve("trial.json")).exists();
        assertThat(results("run").path("variants").get(0).path("trials")).hasSize(2);
    }

    private static double distance(JsonNode trial) {
        double rate = trial.path("values").path("training.lr").doubleValue();
        return rate > 1 ? Double.POSITIVE_INFINITY : Math.abs(Math.log10(rate) + 2);
    }

    @Test
    void theBytesAreThoseOfAnUninterruptedRun() throws IOException {
        for (Path file : new Path[] {study, random}) {
            String name = file.getFileName().toString().replace(".yaml", "");
            Path whole = folder.resolve(name + "-whole");
            ablate(file, "--out", whole, "--jobs", "1").succeeded();
            Path parallel = folder.resolve(name + "-parallel");
            ablate(file, "--out", parallel, "--jobs", "2").succeeded();
            assertThat(parallel.resolve("results.json")).hasSameBinaryContentAs(whole.resolve("results.json"));
            Path cut = folder.resolve(name + "-cut");
            TrialExecutor failing = (trial, task, model, listener) -> {
                if (trial.training().get(STEPS) == (name.equals("halving") ? 12 : 36) && trial.model().get(PLACEMENT).standard().is("post")) {
                    throw new IOException("permission denied");
                }
                return VALLEY.execute(trial, task, model, listener);
            };
            Called.with(failing, "ablate", file, "--out", cut, "--quiet").refused(1, "permission denied");
            ablate("--resume", cut).succeeded();
            assertThat(cut.resolve("results.json")).hasSameBinaryContentAs(whole.resolve("results.json"));
            assertThat(cut.resolve("results.csv")).hasSameBinaryContentAs(whole.resolve("results.csv"));
        }
    }

    @Test
    void anotherSeedDrawsOthersAndAnIllegalOneIsPassedOver() throws IOException {
        ablate(random, "--out", folder.resolve("one")).succeeded();
        ablate(random, "--out", folder.resolve("two"), "--seed", "5").succeeded();
        JsonNode one = results("one").path("tuning").get(0);
        assertThat(results("two").path("tuning").get(0).path("tried").get(0).path("values")).isNotEqualTo(one.path("tried").get(0).path("values"));
        assertThat(one.path("tried").valueStream().map(trial -> trial.path("values").path("model.d_model").asInt()).toList()).hasSize(9).allMatch(width -> width % 2 == 0 && width >= 4 && width <= 24);
        assertThat(results("one").path("importance").get(0).path("method").asString()).isEqualTo("random");
        assertThat(Files.readString(folder.resolve("one/report.html"))).contains("Everything that was tried", "Which keys matter");
        String none = STUDY.replace("METHOD", "random").replace("n_heads: 2", "n_heads: 2, d_head: 4").replace("model.d_model: {from: 4, to: 24}", "model.n_heads: [2, 3], model.placement: [pre]")
                .replace("training.lr: {from: 1e-4, to: 10, scale: log}", "training.lr: [1, 2]").replace("vary: {model.placement: [pre, post]}\n", "");
        Path few = Files.writeString(folder.resolve("few.yaml"), none.replace(", d_head: 4", "").replace("trials: 9", "trials: 7"));
        ablate(few, "--out", folder.resolve("few")).refused(2, "few.yaml:8: tune.trials: ", "700 draws gave 4 different settings that are legal, not 7", "does not divide");
    }

    @Test
    void withNothingVariedTheOneModelIsSearched() throws IOException {
        Files.writeString(random, STUDY.replace("METHOD", "random").replace("vary: {model.placement: [pre, post]}\n", ""));
        ablate(random, "--out", folder.resolve("run")).succeeded();
        assertThat(results("run").path("tuning")).hasSize(1);
        assertThat(folder.resolve("run/trials/seed=2/trial.json")).exists();
        Called.with(VALLEY, "train", random, "--out", folder.resolve("trained")).refused(2, "'searched' tunes model.norm and training.lr and model.d_model, which makes several models: use ablate");
    }
}
