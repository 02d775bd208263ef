package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.lab.Laboratory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real study, tuned, validated and examined, leaves the same bytes whatever the user's locale. {@code Main} sets the root locale; {@code Cli} has to do without. */
class LocaleBytesTest {

    /** Other decimal points, other digits, another lower case for I. */
    private static final List<String> LOCALES = List.of("de-DE", "fr-FR", "tr-TR", "fa-u-nu-arabext", "ar-EG-u-nu-arab", "bn-u-nu-beng");

    private static final String STUDY = """
            study: everywhere
            question: Is it the same everywhere?
            task: {kind: recall, pairs: [1, 2], keys: 4, values: 1200}
            model: {n_layers: 1, d_model: 8, n_ctx: 4}
            training: {steps: 20, batch: 2, eval_every: 10}
            variants: {TITLE: {}, title: {model.placement: post}}
            vary: {training.lr: [1e-2, 1e-7]}
            tune: {steps: 5, over: {training.warmup: [1, 4]}}
            compare_on: validation_loss
            seeds: 2
            conditions:
              - {measure: final_loss, of: {variant: title, lr: 1e-2}, less: {variant: TITLE, lr: 1e-7}, above: -100.25, below: 1234.5}
              - {measure: final_loss, of: {variant: title, lr: 1e-2}, below: 1000, relative_to: unigram_entropy}
            """;

    @TempDir
    Path folder;

    @Test
    void aRunLeavesTheSameBytesInEveryLocale() throws IOException {
        Locale before = Locale.getDefault();
        try {
            Map<String, String> expected = run("root");
            assertThat(expected.get("results.json")).contains("accuracy_at_2_pairs");
            for (String tag : LOCALES) {
                Locale.setDefault(Locale.forLanguageTag(tag));
                Map<String, String> found = run(tag);
                assertThat(found.keySet()).isEqualTo(expected.keySet());
                expected.forEach((file, text) -> assertThat(found.get(file)).as("%s in %s", file, tag).isEqualTo(text));
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    /** What a run leaves and prints, without times, and without the name of its folder. */
    private Map<String, String> run(String name) throws IOException {
        Path study = Files.writeString(folder.resolve("everywhere.yaml"), STUDY);
        Path out = folder.resolve(name);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8), new PrintStream(progress, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run("ablate", study.toString(), "--out", out.toString(), "--threads", "1", "--jobs", "1");
        assertThat(status).as(progress.toString(StandardCharsets.UTF_8)).isZero();
        Map<String, String> left = new LinkedHashMap<>();
        left.put("standard output", printed.toString(StandardCharsets.UTF_8));
        left.put("progress", progress.toString(StandardCharsets.UTF_8).replaceAll("\\([0-9]+(\\.[0-9]+)? (s|min)[^)]*\\)", "(time)"));
        for (String file : List.of("results.json", "results.csv", "study.yaml", "report.html")) {
            left.put(file, Files.readString(out.resolve(file)).replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z", "(time)"));
        }
        left.replaceAll((file, text) -> text.replace(out.toString(), "OUT"));
        return left;
    }
}
