package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Program.Ran;
import io.fluxo.experiments.task.TaskKind;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import io.fluxo.train.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** That a loss measures what it is taken for, and that what cannot be trained is refused before anything is. */
class WhatIsTrainedTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"'', 4, 10, '4 8 10'", "'', 20, 10, 10", "'', 5, 10, '5 10'", "'', 0, 10, ''", "'family: ngram', 4, 10, '4 8 10'"})
    void validationIsOfTheModelThatIsLeft(String family, int every, int steps, String expected) throws IOException {
        String study = Text.format("study: v\ntask: {kind: markov, states: 5}\nmodel: {%s}\ntraining: {batch: 2, steps: %d, eval_every: %d}\nseeds: 1\n",
                family.isEmpty() ? "n_layers: 1, d_model: 8, d_mlp: 8, n_ctx: 6" : family, steps, every);
        Path out = folder.resolve("v");
        assertThat(fluxo("train", Files.writeString(folder.resolve("v.yaml"), study), "--out", out, "--quiet").status()).isZero();
        List<String> at = new ArrayList<>();
        Double last = Double.NaN;
        for (String line : Files.readAllLines(out.resolve("trials/seed=1/metrics.jsonl"))) {
            JsonNode step = Json.parse(line);
            if (step.path("validation_loss").isNumber()) {
                at.add(String.valueOf(step.path("step").intValue()));
                last = step.path("validation_loss").doubleValue();
            }
        }
        assertThat(String.join(" ", at)).isEqualTo(expected);
        JsonNode recorded = Json.parse(Files.readString(out.resolve("trials/seed=1/trial.json"))).path("validation_loss");
        assertThat(Double.valueOf(recorded.isNumber() ? recorded.doubleValue() : Double.NaN)).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "kind: markov, states: 5|2", "kind: induction, symbols: 8, items: 4|2", "kind: sort, symbols: 4, items: 3|2", "kind: copy, symbols: 4, items: 3|2",
        "kind: sort, symbols: 4, items: 1|0", "kind: recall, pairs: [2], keys: 4, values: 4|0"})
    void aModelThatSeesItsAnswersIsNotTrained(String task, int status) throws IOException {
        String study = Text.format("task: {%s}\nmodel: {n_layers: 1, d_model: 8, d_mlp: 8, n_ctx: 8}\ntraining: {batch: 1, steps: 2}\n"
                + "vary: {model.mask: [causal, bidirectional]}\nseeds: 1\n", task);
        Ran ran = fluxo("ablate", Files.writeString(folder.resolve("b.yaml"), study), "--out", folder.resolve("b"), "--quiet");
        assertThat(ran.status()).as(ran.err()).isEqualTo(status);
        if (status == 2) {
            assertThat(ran.err()).contains("b.yaml:4: vary.model.mask: at {model.mask: bidirectional}: mask: bidirectional lets every position see the ones after it");
        }
    }

    /** What {@link TaskKind#showsAnswersLater} says, against what is shown. */
    @ParameterizedTest
    @CsvSource({"char_lm, true", "markov, true", "induction, true", "sort, true", "copy, true", "recall, false"})
    void answersAreShownLaterWhereTheTaskSaysSo(String kind, boolean shown) throws IOException {
        TaskSpec spec = TaskSpec.DEFAULT.with(TaskSpec.KIND, kind).with(TaskParts.CORPUS, corpus().toString())
                .withAll(Map.of("states", 5, "pairs", List.of(4), "keys", 9, "values", 5, "distance", 2, "symbols", 9, "items", 4));
        assertThat(Fixtures.ALL.find(TaskKind.KIND, kind).orElseThrow().showsAnswersLater(spec)).isEqualTo(shown);
        Examples examples = new Tasks(Fixtures.ALL).open(spec, false).batch(RandomKey.of(3), 1, 20, 10);
        int next = 0;
        int later = 0;
        for (int at = 0; at < examples.targets().length; at++) {
            int target = examples.targets()[at];
            boolean last = at % examples.length() == examples.length() - 1;
            if (target != Examples.NOTHING && !last) {
                next++;
                later += examples.tokens()[(at + 1) * examples.channels() + examples.channels() - 1] == target ? 1 : 0;
            }
        }
        assertThat(next).isPositive();
        assertThat(later).isEqualTo(shown ? next : 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "d_model: 1000000|model.d_model: a tensor [", "d_mlp: 2000000000|model.d_mlp: a tensor [", "d_head: 2000000000|model.d_head: ",
        "d_model: 30000|model.d_model: the model's 360,063,540,800 parameters take 5,761.0 GB with gradients and the optimizer's state", "n_ctx: 2147483647, positions: none|training.batch: batch 1 × (n_ctx 2,147,483,647 + 1) are more ids",
        "n_ctx: 1000000000, positions: none|training.batch: the logits [batch 1, n_ctx 1,000,000,000, d_vocab 5]"})
    void whatDoesNotFitIntoMemoryIsNotBegun(String size, String message) throws IOException {
        String key = size.split(":")[0];
        String base = " n_layers: 100, d_model: 8, d_mlp: 8, n_ctx: 8".replaceAll(" " + key + ": \\d+,?", "");
        Path file = Files.writeString(folder.resolve("big.yaml"), Text.format("task: {kind: markov, states: 5}\nmodel: {%s,%s}\ntraining: {batch: 1, steps: 1}\n",
                size, base));
        for (Object[] command : new Object[][] {{"train", file, "--out", folder.resolve("x")}, {"ablate", file, "--out", folder.resolve("x")},
                {"ablate", file, "--dry-run"}}) {
            Ran ran = fluxo(command);
            assertThat(ran.status()).as(ran.err()).isEqualTo(2);
            assertThat(ran.err()).contains("big.yaml:", message);
        }
        assertThat(folder.resolve("x")).doesNotExist();
        if (key.startsWith("d_")) {
            assertThat(fluxo("verify", "--spec", file, "theorem-2.1").status()).isEqualTo(2);
        }
    }

    @Test
    void aByteOrderMarkIsNoSymbol() throws IOException {
        Path marked = Files.writeString(folder.resolve("marked.txt"), "\uFEFF" + Files.readString(corpus()));
        Tasks tasks = new Tasks(Fixtures.ALL);
        assertThat(tasks.open(TaskSpec.DEFAULT.with(TaskParts.CORPUS, marked.toString()), false).symbols())
                .isEqualTo(tasks.open(TaskSpec.DEFAULT.with(TaskParts.CORPUS, corpus().toString()), false).symbols());
        Path ids = Files.writeString(folder.resolve("marked-ids.txt"), "\uFEFF3 1 2");
        assertThat(tasks.open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "tokens").withAll(Map.of("file", ids.toString())), false).vocabulary()).isEqualTo(4);
    }

    private Path corpus() throws IOException {
        return Files.writeString(folder.resolve("corpus.txt"), "the quick brown fox jumps over the lazy dog, again and again.\n".repeat(20));
    }
}
