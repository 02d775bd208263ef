package io.fluxo.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.task.Tasks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class StudyReportTest {

    private static final JsonNode ENVIRONMENT = Json.parse("{\"command\": \"./fluxo ablate 'x<y.yaml'\", \"java\": {\"version\": \"25\"}, \"git_commit\": null}");

    @TempDir
    Path folder;

    @Test
    void isOneFileThatLoadsNothing() throws Exception {
        String page = report(Fixtures.study(Fixtures.SMALL), 3.1);
        String ours = withoutCharts(page);
        assertThat(ours).hasSizeLessThan(200_000).doesNotContain("src=").doesNotContain("@import").doesNotContain("url(").doesNotContain("http:").doesNotContain("https:");
        assertThat(page).startsWith("<!doctype html>").endsWith("</html>\n").contains("default-src 'none'");
        for (String element : List.of("script", "style", "section", "table", "details", "main", "svg", "ul", "dl")) {
            assertThat(count(ours, "<" + element + "[ >]")).as(element).isEqualTo(count(ours, "</" + element + ">"));
        }
        assertThat(ours).doesNotContain("{{").doesNotContain("${project");
    }

    @Test
    void showsWhatWasFound() throws Exception {
        String page = report(Fixtures.study(Fixtures.SMALL).asking("Which placement?", "", StudyVerdict.HOLDS), 3.1);
        assertThat(page).contains("Which</span>").contains("expected: holds").contains("expected surprise").contains("no rule for a verdict".substring(3))
                .contains("Every block maps").contains("./fluxo ablate &#39;x&lt;y.yaml&#39;").contains("n_layers: 2");
    }

    @Test
    void keysKeepTheirCase() throws Exception {
        String page = report(Fixtures.study(Fixtures.SMALL.replace("model.placement: [pre, post]", "model.n_layers: [1, 2]")), 3.1);
        assertThat(page).contains("<span class=\"sentence\">n_layers 2 instead of 1: ").doesNotContain("N_layers");
    }

    @Test
    void settingsThatDifferAreNotShownAsOneValue() throws Exception {
        String page = report(Fixtures.study(Fixtures.SMALL.replace("vary:", "variants: {a: {}, b: {model.n_heads: 2}}\ntune: {steps: 2, over: {training.lr: [1e-3, 1e-2]}}\nvary:")), 3.1);
        assertThat(page).contains("layers 2 · width 8 · heads varied · context 8").contains("adam · lr tuned · batch 2 · steps 30");
    }

    @Test
    void nothingWrittenByAUserCanEscapeIntoThePage() throws Exception {
        Study study = Fixtures.study(Fixtures.SMALL)
                .asking("</script><script>alert(1)</script> <!-- <img src=x>", "<b>&{{x}}", io.fluxo.experiments.spec.StudyVerdict.HOLDS);
        String page = withoutCharts(report(study, 3.1));
        assertThat(page).doesNotContain("<script>alert").doesNotContain("<img").doesNotContain("<b>&").contains("&lt;b&gt;&amp;{{x}}");
    }

    @Test
    void theDataIsJsonAndHoldsEveryCurve() throws Exception {
        JsonNode data = data(report(Fixtures.study(Fixtures.SMALL), 3.1));
        assertThat(data.path("variants").size()).isEqualTo(2);
        assertThat(data.path("variants").get(0).path("loss").size()).isEqualTo(2);
        assertThat(data.path("variants").get(0).path("loss").get(1).size()).isEqualTo(30);
        assertThat(data.path("measures").size()).isEqualTo(5);
        assertThat(data.path("references").get(0).path("name").asString()).isEqualTo("entropy rate");
        JsonNode updates = data.path("measures").get(3);
        assertThat(updates.path("name").asString()).isEqualTo("update_ratio");
        assertThat(updates.path("labels").get(0).asString()).isEqualTo("blocks.0.W_Q");
    }

    @Test
    void longStudiesAreThinnedOut() throws Exception {
        Study large = Fixtures.study(Fixtures.SMALL.replace("steps: 30", "steps: 4000").replace("[pre, post]", "[pre, post]\n  , training.warmup: [1,2,3,4,5,6,7,8]")
                .replace("n_layers: 2", "n_layers: 24"));
        String page = report(large, 3.1);
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(3_000_000);
        JsonNode variant = data(page).path("variants").get(0);
        assertThat(variant.path("steps").size()).isBetween(40, 500).isEqualTo(variant.path("loss").get(0).size());
        JsonNode steps = data(page).path("measures").get(0).path("variants").get(0).path("steps");
        assertThat(steps.get(0).intValue()).isEqualTo(1);
        assertThat(steps.get(steps.size() - 1).intValue()).isEqualTo(4000);
    }

    @Test
    void aStudyOfWhichNothingFinishedStillHasAReport() throws Exception {
        String page = report(Fixtures.study(Fixtures.SMALL.replace("d_model: 8", "d_model: 7")), 3.1);
        assertThat(page).contains("7 is no width").contains("failed");
        assertThat(data(page).path("measures").size()).isZero();
    }

    private String report(Study study, double plateau) throws Exception {
        List<PreparedTrial> trials = Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
        RunDirectory directory = RunDirectory.create(folder.resolve("run" + System.nanoTime()), false);
        List<TrialResult> results = new StudyRunner(new SyntheticExecutor(plateau), 2, StudyProgress.SILENT).run(trials, directory);
        StudyResult result = StudyResult.of(study, StudyLibrary.standard().definition(study), "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
        return StudyReport.html(result, trials, directory::curves, ENVIRONMENT, ".");
    }

    private static JsonNode data(String page) {
        Matcher matcher = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(page);
        assertThat(matcher.find()).isTrue();
        return Json.parse(matcher.group(1));
    }

    /** The page without the script that is not ours. */
    private static String withoutCharts(String page) {
        return page.replaceFirst("(?s)<script>\\s*/\\*.*?</script>", "<script></script>");
    }

    private static long count(String text, String regex) {
        return Pattern.compile(regex).matcher(text).results().count();
    }
}
