package io.fluxo.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Laboratory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The lines of {@code docs/python.md}. Skipped where no Python has what they import; {@code -Dfluxo.python=FILE} names one more to try. */
class PythonTest {

    private static final String TRIAL = "placement=post,seed=2";

    @TempDir
    Path folder;

    @BeforeEach
    void run() throws IOException {
        Path study = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        int status = new Cli(new Terminal(nowhere, nowhere, false), Laboratory::open).run("ablate", study.toString(), "--out", folder.resolve("run").toString(), "--quiet");
        assertThat(status).isZero();
    }

    @Test
    void theLinesReadARun() throws Exception {
        Python python = Python.with("numpy, pandas");
        JsonNode read = Json.parse(run(python, lines() + """
                print(json.dumps({"losses": losses.loc[2].to_dict(), "rows": len(results), "steps": len(metrics), "last": metrics.loss.iloc[-1],
                                  "shapes": {k: list(w.shape) for k, w in weights.items()}, "sum": float(weights["W_U"].astype("f8").sum())}))
                """));
        JsonNode results = Json.parse(Files.readString(folder.resolve("run/results.json")));
        JsonNode trial = results.path("variants").get(1).path("trials").get(1);
        assertThat(read.path("losses").path("placement=post").doubleValue()).isEqualTo(trial.path("final_loss").doubleValue());
        assertThat(read.path("rows").asInt()).isEqualTo(Files.readAllLines(folder.resolve("run/results.csv")).size() - 1);
        assertThat(read.path("steps").asInt()).isEqualTo(30);
        String lastLine = Files.readAllLines(folder.resolve("run/trials").resolve(TRIAL).resolve("metrics.jsonl")).getLast();
        assertThat(read.path("last").doubleValue()).isEqualTo(Json.parse(lastLine).path("loss").doubleValue());
        assertThat(read.path("shapes").path("W_U").toString()).isEqualTo("[8,5]");
        assertThat(read.path("sum").doubleValue()).isNotZero();
    }

    @Test
    void thePackageReadsTheSame() throws Exception {
        Python python = Python.with("numpy, safetensors.numpy");
        String own = lines().replaceAll(", pandas as pd", "").replaceAll("(?m)^(results|losses|metrics) = .*\n", "");
        assertThat(run(python, own + """
                import safetensors.numpy
                theirs = safetensors.numpy.load_file(pathlib.Path(run) / "trials" / trial / "model" / "model.safetensors")
                print(theirs.keys() == weights.keys() and all(np.array_equal(theirs[k], weights[k]) for k in theirs))
                """)).isEqualTo("True");
    }

    private static String lines() throws IOException {
        Matcher block = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("../docs/python.md")));
        assertThat(block.find()).isTrue();
        assertThat(block.group(1).lines()).hasSize(6);
        return block.group(1);
    }

    private String run(Python python, String program) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("read.py"), "run, trial = %s, %s%n%s".formatted(
                Json.line(Json.of(folder.resolve("run").toString())), Json.line(Json.of(TRIAL)), program));
        return python.run(file);
    }
}
