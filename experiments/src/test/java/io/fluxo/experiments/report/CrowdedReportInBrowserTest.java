package io.fluxo.experiments.report;

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
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report with all that takes room: long names, three corpora, a variant that explodes. {@code -Dfluxo.screenshots=DIR} keeps pictures. */
class CrowdedReportInBrowserTest {

    /** Cells with numbers of which a part is hidden by the edge of what they scroll in, or that are wider than their column. */
    private static final String CUT_NUMBERS = """
            [...document.querySelectorAll('td.num, td.seeds, th.num')].filter(cell => cell.offsetParent !== null).filter(cell => {
              const box = cell.getBoundingClientRect(), frame = cell.closest('.scroll').getBoundingClientRect();
              return box.right > frame.right + 1 || cell.scrollWidth > cell.clientWidth + 1;
            }).map(cell => cell.textContent.trim()).join(', ')""";

    /** The end of a chart's vertical axis. */
    private static final String END = "echarts.getInstanceByDom(document.querySelector('%s')).getModel().getComponent('yAxis').axis.scale.getExtent()[1]";

    /** Explodes to 10^27 and more: {@code diverging} until its loss is no number, {@code exploding} to its last step. */
    private static final TrialExecutor EXPLOSIVE = (trial, task, model, listener) -> {
        boolean diverges = trial.variant().startsWith("diverging");
        boolean explodes = diverges || trial.variant().startsWith("exploding");
        TrialOutcome outcome = new SyntheticExecutor(3.1).execute(trial, task, model, explodes ? growing(listener, diverges ? 60 : Integer.MAX_VALUE) : listener);
        listener.figure("exam_loss", 2.5 + trial.seed() / 100.0);
        listener.figure("loss_at_16_position", 2.4);
        listener.curve(new AxisCurve("loss_by_position", "position", List.of(1.0, 4.0, 16.0), List.of(2.7, explodes ? 1e9 : 2.5, 2.4)));
        return outcome;
    };

    @TempDir
    Path folder;

    private Path page;

    private static TrialListener growing(TrialListener listener, int last) {
        return (TrialListener) Proxy.newProxyInstance(TrialListener.class.getClassLoader(), new Class<?>[] {TrialListener.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("step")) {
                StepMetrics step = (StepMetrics) arguments[0];
                double factor = Math.pow(10, step.step() / 2.0);
                Map<String, double[]> byLayer = new LinkedHashMap<>();
                step.byLayer().forEach((measure, row) -> byLayer.put(measure, java.util.Arrays.stream(row).map(value -> value * factor).toArray()));
                arguments[0] = new StepMetrics(step.step(), step.step() >= last ? Double.NaN : step.loss() * factor, step.learningRate(), byLayer, step.validationLoss());
            }
            return method.invoke(listener, arguments);
        });
    }

    @BeforeEach
    void write() throws Exception {
        for (String where : List.of("english/novels", "german/novels", "french/novels")) {
            Files.writeString(Files.createDirectories(folder.resolve(where)).resolve("training-text-in-plain-utf-8.txt"), "the quick brown fox jumps. ".repeat(60));
        }
        Study study = Fixtures.study("""
                question: Which of these variants, all of which have names that take a lot of room, trains on which of three corpora?
                model: {n_layers: 2, d_model: 8, n_ctx: 16}
                training: {steps: 80, batch: 2, eval_every: 20, lr: 3e-3}
                variants:
                  baseline-with-pre-norm-and-everything-else-as-it-was: {}
                  the-same-with-post-norm-and-a-warm-up-of-20-steps: {model.placement: post, training.warmup: 20}
                  diverging-with-a-step-that-was-far-too-large: {training.warmup: 2}
                  exploding-but-finite-until-the-very-last-step: {training.warmup: 3}
                vary: {task.corpus: [F/english/novels/T, F/german/novels/T, F/french/novels/T]}
                tune: {steps: 20, over: {training.lr: [1e-3, 3e-3]}, bounded: {training.lr: it is only a test}}
                compare_on: validation_loss
                """.replace("F/", folder + "/").replace("T,", "training-text-in-plain-utf-8.txt,").replace("T]", "training-text-in-plain-utf-8.txt]"));
        StudyTrials trials = StudyTrials.of(study, 1, Fixtures.ALL, Locations.of("test"));
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        Tuning tuning = Tuning.of(study, new StudyRunner(new SyntheticExecutor(3.1), 2, StudyProgress.SILENT).run(trials.tuning(), directory));
        List<PreparedTrial> measured = trials.measured(tuning, study.seeds());
        List<TrialResult> results = new StudyRunner(EXPLOSIVE, 2, StudyProgress.SILENT).run(measured, directory);
        StudyResult result = StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, measured, results, model -> new ModelSize(103_968, 1_266_784)).with(tuning);
        page = Files.writeString(folder.resolve("run/report.html"), StudyReport.html(result, measured, directory::curves, Json.parse("{\"command\": \"./fluxo ablate\"}"), "."));
    }

    @Test
    void noNumberIsCutOff() throws Exception {
        try (Chromium browser = Chromium.open(1200, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (int width : new int[] {1200, 1000, 800}) {
                browser.resize(width, 900);
                browser.await("Math.abs(document.querySelector('#loss canvas').getBoundingClientRect().width - document.getElementById('loss').clientWidth) < 2");
                keep(browser, "crowded-" + width);
                assertThat(browser.evaluate(CUT_NUMBERS).asString()).as("at %d pixels", width).isEmpty();
                assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).as("at %d pixels", width).isLessThanOrEqualTo(width);
            }
            browser.resize(1200, 900);
            browser.evaluate("document.getElementById('theme').click()");
            keep(browser, "crowded-dark");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void whatExplodesDoesNotTakeTheAxesFromTheOthers() throws Exception {
        try (Chromium browser = Chromium.open(1200, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (String chart : List.of("#loss", "#plotted .chart", "#measures figure:nth-child(1) .chart", "#measures figure:nth-child(3) .chart")) {
                assertThat(browser.evaluate(END.formatted(chart)).asDouble()).as(chart).isBetween(0.1, 20.0);
            }
            assertThat(browser.evaluate("document.getElementById('loss-beyond').innerText").asString()).startsWith("Beyond the axis: diverging-with-").contains("up to 3.").contains("e+29")
                    .endsWith("and 3 more.");
            assertThat(browser.evaluate("[...document.querySelectorAll('#measures .beyond')].filter(note => note.innerText.startsWith('Beyond the axis: ')).length").asInt()).isEqualTo(5);
            assertThat(browser.evaluate("document.querySelectorAll('.strip .far').length").asInt()).as("final losses beyond the strip").isEqualTo(9);

            // without what explodes nothing lies beyond
            browser.evaluate("for (let i = 6; i < 12; i++) document.querySelectorAll('.legend')[0].children[i].click()");
            assertThat(browser.evaluate("document.getElementById('loss-beyond').hidden").asBoolean()).isTrue();
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void keep(Chromium browser, String name) throws Exception {
        if (System.getProperty("fluxo.screenshots") != null) {
            Files.write(Path.of(System.getProperty("fluxo.screenshots"), name + ".png"), browser.screenshot());
        }
    }
}
