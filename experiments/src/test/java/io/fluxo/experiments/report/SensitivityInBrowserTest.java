package io.fluxo.experiments.report;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.page.Chromium;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.run.Course;
import io.fluxo.experiments.study.run.RoundRunner;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The loss by what was tuned, where it is read: with two variants and with sixteen. {@code -Dfluxo.screenshots=DIR} keeps pictures. */
class SensitivityInBrowserTest {

    /** The best rate is 10⁻², under post-norm 10⁻³; post-norm explodes at 10⁻¹, and the first seed of tuning diverges at 3·10⁻² and more. */
    private static final TrialExecutor PARABOLIC = (trial, _, _, listener) -> {
        double rate = trial.training().get(LR);
        boolean post = trial.model().get(PLACEMENT).standard().is("post");
        double decades = Math.log10(rate / (post ? 1e-3 : 1e-2));
        double loss = post && rate >= 0.1 ? 1e6 : 2.5 + 0.1 * decades * decades + 0.01 * trial.training().get(WARMUP) + 0.02 * trial.seed() - 1e-3 * trial.model().get(D_MLP).standard();
        for (int step = 1; step <= trial.training().get(STEPS); step++) {
            boolean diverges = !post && trial.seed() == 3 && rate >= 0.03;
            listener.step(new StepMetrics(step, diverges ? Double.NaN : loss, rate));
            if (diverges) {
                return new TrialOutcome(TrialOutcome.Ending.DIVERGED, 100);
            }
        }
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, 100);
    };

    @TempDir
    Path folder;

    private Path report(String warmups) throws Exception {
        Study study = Fixtures.study("""
                question: Which rate?
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 8, n_ctx: 8}
                training: {steps: 25, batch: 2}
                vary: {model.placement: [pre, post], training.warmup: WARMUPS}
                tune: {steps: 25, over: {training.lr: [3e-3, 1e-2, 3e-2, 1e-1], model.d_mlp: [8, 16]}, bounded: {model.d_mlp: alike}, extend: 2, seeds: 2}
                seeds: 2
                """.replace("WARMUPS", warmups));
        StudyTrials trials = StudyTrials.of(study, 1, Fixtures.ALL, Locations.of("test"));
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        Course course = Course.run(trials, new RoundRunner() {
            @Override
            public List<TrialResult> run(List<PreparedTrial> round) throws InterruptedException {
                return new StudyRunner(PARABOLIC, 2, StudyProgress.SILENT).run(round, directory);
            }

            @Override
            public void requireRecorded(List<TrialResult> results) {
                assertThat(results).allMatch(result -> directory.isRecorded(result.trial()));
            }
        });
        StudyResult result = StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, course.measured(), course.results(), _ -> new ModelSize(100, 300)).with(course.tuning());
        return Files.writeString(folder.resolve("run/report.html"), StudyReport.html(result, course.measured(), directory::curves, Json.parse("{\"command\": \"./fluxo ablate\"}"), "."));
    }

    private static JsonNode tuned(Path page) throws Exception {
        Matcher matcher = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(Files.readString(page));
        assertThat(matcher.find()).isTrue();
        return Json.parse(matcher.group(1)).path("tuned");
    }

    @Test
    void theLossIsDrawnAgainstEveryNumberThatWasTuned() throws Exception {
        Path page = report("[1]");
        JsonNode plots = tuned(page);
        assertThat(plots.valueStream().map(plot -> plot.path("key").asString() + " " + plot.path("log_x").asBoolean())).containsExactly("training.lr true", "model.d_mlp true");
        JsonNode pre = plots.get(0).path("lines").get(0);
        assertThat(pre.path("chosen").doubleValue()).isEqualTo(1e-2);
        assertThat(pre.path("points").toString()).as("rate, mean, seeds 3 and 4; at the chosen width of 16").isEqualTo(
                "[[0.003,2.5913,[2.5813,2.6013]],[0.01,2.564,[2.554,2.574]],[0.03,null,[null,2.5968]],[0.1,null,[null,2.674]]]");
        JsonNode post = plots.get(0).path("lines").get(1);
        assertThat(post.path("points").valueStream().map(point -> point.get(0).doubleValue())).as("it went on downward").containsExactly(3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1);
        assertThat(post.path("chosen").doubleValue()).isEqualTo(1e-3);
        assertThat(plots.get(1).path("lines").get(0).path("points").size()).isEqualTo(2);

        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            assertThat(browser.evaluate("[...document.querySelectorAll('#sensitivity figcaption')].map(c => c.innerText.replace(/\\n/g, ' | ')).join('; ')").asString())
                    .isEqualTo("Final loss by training.lr | the other tuned keys as they were chosen; Final loss by model.d_mlp | the other tuned keys as they were chosen");
            long all = browser.ink("#sensitivity figure:nth-child(1)");
            assertThat(all).isGreaterThan(2_000);
            assertThat(browser.ink("#sensitivity figure:nth-child(2)")).isGreaterThan(1_000);
            String chart = "echarts.getInstanceByDom(document.querySelector('#sensitivity .chart'))";
            assertThat(browser.evaluate(chart + ".getModel().getComponent('yAxis').axis.scale.getExtent()[1]").asDouble()).as("an explosion takes no axis").isBetween(2.6, 3.5);
            assertThat(browser.evaluate("document.querySelector('#sensitivity .beyond').innerText").asString()).isEqualTo("Beyond the axis: placement=post,warmup=1, up to 1e+6.");
            String series = chart + ".getOption().series";
            assertThat(browser.evaluate(series + ".filter(s => s.symbol.startsWith('path')).map(s => s.data.map(d => d.value[0]).join(' ')).join('; ')").asString())
                    .as("crosses where a seed diverged").isEqualTo("0.03 0.1; ");
            assertThat(browser.evaluate(series + ".filter(s => s.symbol === 'triangle').map(s => s.data.map(d => d.value[0]).join(' ')).join('; ')").asString())
                    .as("triangles where the loss is beyond").isEqualTo("; 0.1");
            assertThat(browser.evaluate(series + ".filter(s => s.symbolSize === 13).map(s => s.data[0][0]).join(' ')").asString()).as("rings at what was chosen").isEqualTo("0.01 0.001");
            browser.evaluate("document.getElementById('sensitivity').scrollIntoView({block: 'center'})");
            keep(browser, "sensitivity");

            // hovering tells numbers and what they are
            var box = browser.evaluate("(r => [r.left, r.top, r.width, r.height])(document.querySelector('#sensitivity .chart').getBoundingClientRect())");
            var at = browser.evaluate(chart + ".convertToPixel({gridIndex: 0}, [0.03, 2.6])");
            browser.moveMouse(box.get(0).doubleValue() + at.get(0).doubleValue(), box.get(1).doubleValue() + at.get(1).doubleValue());
            browser.await("document.querySelector('#sensitivity .chart').innerText.includes('placement=pre,warmup=1 (1 of 2 not finished)')");

            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            assertThat(browser.ink("#sensitivity figure:nth-child(1)")).as("without a variant").isLessThan(all);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void sixteenVariantsHaveRoomOnAnyScreen() throws Exception {
        Path page = report("[1, 2, 3, 4, 5, 6, 7, 8]");
        assertThat(tuned(page).get(0).path("lines").size()).isEqualTo(16);
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (int width : new int[] {1280, 768, 390}) {
                browser.resize(width, 900);
                browser.await("(c => Math.abs(c.querySelector('canvas').getBoundingClientRect().width - c.clientWidth) < 2)(document.querySelector('#sensitivity .chart'))");
                assertThat(browser.cutOff()).as("at %d pixels", width).isEmpty();
                assertThat(browser.ink("#sensitivity figure:nth-child(1)")).as("at %d pixels", width).isGreaterThan(2_000);
                browser.evaluate("document.getElementById('sensitivity').scrollIntoView({block: 'center'})");
                keep(browser, "sensitivity-16-" + width);
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void keep(Chromium browser, String name) throws Exception {
        if (System.getProperty("fluxo.screenshots") != null) {
            Files.write(Path.of(System.getProperty("fluxo.screenshots"), name + ".png"), browser.screenshot());
        }
    }
}
