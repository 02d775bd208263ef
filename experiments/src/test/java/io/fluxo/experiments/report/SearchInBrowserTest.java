package io.fluxo.experiments.report;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.page.Chromium;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.result.StudyResult;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a search tried, as a browser draws it. {@code -Dfluxo.screenshots=DIR} keeps pictures. */
class SearchInBrowserTest {

    private static final String THREE = "training.lr: {from: 1e-4, to: 10, scale: log}, model.d_mlp: {from: 8, to: 512, scale: log}, model.norm: [layer_norm, rms_norm]";
    private static final String EIGHT = THREE + ", training.warmup: {from: 0, to: 20}, training.weight_decay: {from: 0, to: 0.3}, training.clip: {from: 0.1, to: 10, scale: log},"
            + " model.act_fn: [relu, gelu_tanh], training.batch: {from: 2, to: 64, scale: log}";

    /** A valley along the rate, a slope along the width of the network; above a rate of 3 the loss explodes, above 5 it diverges. */
    private static final TrialExecutor LANDSCAPE = (trial, task, model, listener) -> {
        double rate = trial.training().get(LR);
        double mlp = trial.model().get(D_MLP).standard();
        double loss = rate > 3 ? 1e6 : 2 + 0.2 * Math.pow(Math.log10(rate) + 2, 2) - 0.1 * Math.log(mlp / 8.0);
        for (int step = 1; step <= trial.training().get(STEPS); step++) {
            if (rate > 5 && step > 2) {
                listener.step(new StepMetrics(step, Double.NaN, rate, Map.of(), OptionalDouble.empty()));
                return new TrialOutcome(TrialOutcome.Ending.DIVERGED, 1_000);
            }
            listener.step(new StepMetrics(step, loss, rate, Map.of(), OptionalDouble.empty()));
        }
        Files.writeString(model.resolve("config.json"), "{}");
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, 1_000);
    };

    @TempDir
    Path folder;

    private Path page(String over, String method, String vary) throws Exception {
        Study study = Fixtures.study("""
                question: Which settings suit this model?
                model: {n_layers: 1, d_model: 8, n_ctx: 8}
                training: {steps: 30, batch: 2}
                task: {kind: markov, states: 5}
                VARY
                tune: {steps: 30, method: METHOD, over: {OVER}}
                seeds: 2
                """.replace("METHOD", method).replace("OVER", over).replace("VARY", vary));
        StudyTrials trials = StudyTrials.of(study, 1, Fixtures.ALL, Locations.of("test"));
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        List<TrialResult> tried = new ArrayList<>();
        Tuning tuning = Tuning.of(trials.study(), tried);
        while (!tuning.open().isEmpty()) {
            tried.addAll(new StudyRunner(LANDSCAPE, 2, StudyProgress.SILENT).run(trials.next(tuning), directory));
            tuning = Tuning.of(trials.study(), tried);
        }
        List<PreparedTrial> measured = trials.measured(tuning, study.seeds());
        List<TrialResult> results = new StudyRunner(new SyntheticExecutor(3.1), 2, StudyProgress.SILENT).run(measured, directory);
        StudyResult result = StudyResult.of(trials.study(), StudyDefinition.unknown(study), "simd", 1, measured, results, model -> new ModelSize(1_000, 1_000)).with(tuning);
        return Files.writeString(folder.resolve("run/report.html"), StudyReport.html(result, measured, directory::curves, Json.parse("{}"), "."));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void everySettingIsALine(int keys) throws Exception {
        Path page = page(keys == 3 ? THREE : EIGHT, "random, trials: 60", "");
        try (Chromium browser = Chromium.open(1200, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            assertThat(browser.ink("#tried")).isGreaterThan(5_000);
            String chart = "echarts.getInstanceByDom(document.querySelector('#tried')).getModel()";
            assertThat(browser.evaluate(chart + ".getSeries().reduce((sum, one) => sum + one.getData().count(), 0)").asInt()).isEqualTo(60);
            assertThat(browser.evaluate(chart + ".queryComponents({mainType: 'parallelAxis'}).length").asInt()).isEqualTo(keys + 1);
            assertThat(browser.evaluate(chart + ".queryComponents({mainType: 'parallelAxis'})[0].get('type')").asString()).as("where the range is logarithmic").isIn("log", "category");
            assertThat(browser.evaluate(chart + ".getSeries().filter(one => one.name === 'chosen')[0].getData().count()").asInt()).isEqualTo(1);
            assertThat(browser.evaluate(chart + ".getSeries().filter(one => one.name === 'beyond')[0].getData().count()").asInt()).as("a rate above 3: a tenth of the draws").isBetween(1, 15);
            assertThat(browser.evaluate(chart + ".queryComponents({mainType: 'parallelAxis'}).at(-1).axis.scale.getExtent()[1]").asDouble()).as("what exploded does not take the axis").isLessThan(20);
            assertThat(browser.evaluate("document.querySelectorAll('#sensitivity > *').length").asInt()).as("no line leads through what was drawn").isZero();
            assertThat(browser.evaluate("document.querySelectorAll('.importance tr').length").asInt()).isEqualTo(keys + 1);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(1200);
            keep(browser, "searched-" + keys);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void variantsAndRungsAreAxes() throws Exception {
        Path page = page(THREE, "halving, trials: 27, least_steps: 3", "vary: {model.placement: [pre, post]}");
        try (Chromium browser = Chromium.open(1200, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            String names = "echarts.getInstanceByDom(document.querySelector('#tried')).getModel().queryComponents({mainType: 'parallelAxis'}).map(one => one.get('name')).join(' ')";
            assertThat(browser.evaluate(names).asString()).startsWith("variant ").contains(" steps ");
            long all = browser.ink("#tried");
            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            assertThat(browser.ink("#tried")).isLessThan(all);
            browser.evaluate("document.getElementById('theme').click()");
            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            keep(browser, "searched-rungs");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void keep(Chromium browser, String name) throws Exception {
        if (System.getProperty("fluxo.screenshots") != null) {
            Files.write(Path.of(System.getProperty("fluxo.screenshots"), name + ".png"), browser.screenshot());
        }
    }
}
