package io.fluxo.experiments.report;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.page.Chromium;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.task.Tasks;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** The report where it is read. {@code -Dfluxo.screenshots=DIR} keeps pictures. */
class ReportInBrowserTest {

    private static final TrialExecutor EXAMINED = (trial, task, model, listener) -> {
        var outcome = new SyntheticExecutor(3.1).execute(trial, task, model, listener);
        boolean post = trial.model().get(PLACEMENT).standard().is("post");
        listener.figure("accuracy", (post ? 0.6 : 0.9) + trial.seed() / 100.0);
        listener.curve(new AxisCurve("accuracy_by_pairs", "pairs", List.of(1.0, 2.0, 4.0, 8.0), List.of(1.0, 0.9, post ? 0.4 : 0.8, post ? 0.2 : 0.7)));
        return outcome;
    };

    @TempDir
    Path folder;

    private Path page;

    @BeforeEach
    void write() throws Exception {
        Study study = Fixtures.study(Fixtures.SMALL.replace("seeds: 2", "seeds: 3").replace("steps: 30", "steps: 120")
                .replace("[pre, post]", "[pre, post], training.warmup: [1, 8]")).comparingOn("accuracy");
        List<PreparedTrial> trials = Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        List<TrialResult> results = new StudyRunner(EXAMINED, 2, StudyProgress.SILENT).run(trials, directory);
        StudyDefinition definition = new StudyDefinition(study, VerdictRule.NONE, List.of(
                new Plot.Along("accuracy_by_pairs", "Accuracy by number of pairs", Plot.Scale.LOG_X),
                new Plot.Across("training.warmup", "accuracy", "Accuracy by warm-up", Plot.Scale.LINEAR)));
        StudyResult result = StudyResult.of(study, definition, "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
        page = Files.writeString(folder.resolve("run/report.html"), StudyReport.html(result, trials, directory::curves, Json.parse("{\"command\": \"./fluxo ablate\"}"), "."));
    }

    @Test
    void chartsAreDrawnAndTheControlsWork() throws Exception {
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (String chart : List.of("#loss", "#measures figure:nth-child(1)", "#measures figure:nth-child(5)", "#plotted figure:nth-child(1)", "#plotted figure:nth-child(2)")) {
                assertThat(browser.ink(chart)).as(chart).isGreaterThan(2_000);
            }
            assertThat(browser.evaluate("document.querySelectorAll('.forest svg circle').length").asInt()).isGreaterThanOrEqualTo(4 * 4);
            assertThat(browser.evaluate("document.querySelectorAll('.strip svg circle').length").asInt()).isEqualTo(12);
            keep(browser, "light");

            // variants away, one after the other: less is drawn
            long all = browser.ink("#loss");
            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            assertThat(browser.evaluate("document.querySelectorAll('.legend')[1].children[0].getAttribute('aria-pressed')").asString()).as("one legend for all").isEqualTo("false");
            long fewer = browser.ink("#loss");
            assertThat(fewer).isLessThan(all);
            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            assertThat(browser.ink("#loss")).isEqualTo(all);

            // by keyboard alone
            browser.evaluate("document.querySelectorAll('.legend')[0].children[1].focus()");
            browser.press("Enter", 13);
            browser.await("document.querySelectorAll('.legend')[0].children[1].getAttribute('aria-pressed') === 'false'");
            assertThat(browser.evaluate("document.activeElement === document.querySelectorAll('.legend')[0].children[1]").asBoolean()).as("focus stays").isTrue();
            browser.press("Enter", 13);

            // smoothing and logarithms change the picture
            String before = picture(browser, "#loss");
            set(browser, "smoothing", "20");
            String smoothed = picture(browser, "#loss");
            assertThat(smoothed).isNotEqualTo(before);
            browser.evaluate("document.getElementById('log-steps').click()");
            String logarithmic = picture(browser, "#loss");
            assertThat(logarithmic).isNotEqualTo(smoothed);
            browser.evaluate("document.getElementById('log-loss').click()");
            assertThat(picture(browser, "#loss")).isNotEqualTo(logarithmic);
            assertThat(browser.ink("#loss")).isGreaterThan(2_000);

            // the slider through the steps
            String last = picture(browser, "#measures");
            browser.evaluate("document.getElementById('first-step').click()");
            assertThat(picture(browser, "#measures")).isNotEqualTo(last);
            assertThat(browser.evaluate("document.getElementById('step-label').textContent").asString()).isEqualTo("step 1");

            // small multiples
            browser.evaluate("document.getElementById('through').open = true");
            browser.await(Chromium.INK + "('#multiples') > 200");
            int blocks = browser.evaluate("document.querySelectorAll('#multiples canvas').length").asInt();
            browser.evaluate("(s => { s.value = '2'; s.dispatchEvent(new Event('change')); })(document.getElementById('measured'))");
            assertThat(browser.evaluate("document.querySelectorAll('#multiples canvas').length").asInt()).isEqualTo(blocks + 1);
            browser.await(Chromium.INK + "('#multiples') > 200");

            // hovering tells numbers
            browser.evaluate("document.getElementById('loss').scrollIntoView({block: 'center'})");
            var box = browser.evaluate("(r => [r.left + r.width / 2, r.top + r.height / 2])(document.getElementById('loss').getBoundingClientRect())");
            browser.moveMouse(box.get(0).doubleValue(), box.get(1).doubleValue());
            browser.await("document.getElementById('loss').innerText.includes('placement=post,warmup=8')");

            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** In the dark, with a variant hidden: what is saved is light, has a title, and names what it shows. */
    @Test
    void aChartIsSavedAsAFile() throws Exception {
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.media("", "dark");
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            Path saved = Files.createDirectory(folder.resolve("saved"));
            browser.downloadsTo(saved);
            browser.evaluate("document.querySelectorAll('.legend')[0].children[0].click()");
            String screen = picture(browser, "#loss");
            for (String chart : List.of("#loss", "#plotted figure:nth-child(2) .chart", "#measures figure:nth-child(1) .chart")) {
                browser.evaluate("document.querySelectorAll('%s + .save button').forEach(button => button.click())".formatted(chart));
            }
            List<String> names = List.of("small-training-loss-by-step-for-each-variant", "small-accuracy-by-warm-up", "small-gradient-of-the-parameters");
            int width = browser.evaluate("document.getElementById('loss').clientWidth").asInt();
            int height = browser.evaluate("document.getElementById('loss').clientHeight").asInt();
            for (String name : names) {
                Element svg = svg(awaited(saved.resolve(name + ".svg")));
                assertThat(svg.getTagName()).isEqualTo("svg");
                assertThat(svg.getElementsByTagName("path").getLength()).as("something is drawn").isGreaterThan(8);
                BufferedImage png = ImageIO.read(awaited(saved.resolve(name + ".png")).toFile());
                assertThat(png.getRGB(0, 0)).as("light").isEqualTo(0xffffffff);
                long ink = IntStream.range(0, png.getHeight()).mapToLong(y -> IntStream.range(0, png.getWidth()).filter(x -> png.getRGB(x, y) != 0xffffffff).count()).sum();
                assertThat(ink).as("pixels that are not white").isGreaterThan(10_000);
                assertThat(png.getWidth()).isEqualTo(3 * Integer.parseInt(svg.getAttribute("width")));
                assertThat(png.getHeight()).isEqualTo(3 * Integer.parseInt(svg.getAttribute("height")));
            }
            Element loss = svg(saved.resolve(names.getFirst() + ".svg"));
            assertThat(loss.getAttribute("width")).isEqualTo(Integer.toString(width));
            assertThat(Integer.parseInt(loss.getAttribute("height"))).isGreaterThan(height);
            assertThat(loss.getTextContent()).contains("Training loss by step for each variant", "placement=pre,warmup=8", "placement=post,warmup=1", "placement=post,warmup=8")
                    .doesNotContain("placement=pre,warmup=1");
            assertThat(svg(saved.resolve(names.get(1) + ".svg")).getTextContent()).as("lines across a key carry the rest of the name")
                    .contains("placement=post").doesNotContain("warmup=");
            assertThat(picture(browser, "#loss")).as("the page is as it was").isEqualTo(screen);
            if (System.getProperty("fluxo.screenshots") != null) {
                for (String name : names) {
                    Files.copy(saved.resolve(name + ".png"), Path.of(System.getProperty("fluxo.screenshots"), name + ".png"), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static Path awaited(Path file) throws InterruptedException {
        for (int waited = 0; waited < 300 && !Files.exists(file); waited++) {
            Thread.sleep(100);
        }
        assertThat(file).exists();
        return file;
    }

    private static Element svg(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()).getDocumentElement();
    }

    @Test
    void lightAndDarkFollowTheSystemAndTheButton() throws Exception {
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.media("", "dark");
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            String background = "getComputedStyle(document.body).backgroundColor";
            String dark = browser.evaluate(background).asString();
            String drawn = picture(browser, "#loss");
            keep(browser, "dark");
            browser.evaluate("document.getElementById('theme').click()");
            String light = browser.evaluate(background).asString();
            assertThat(light).isNotEqualTo(dark);
            assertThat(picture(browser, "#loss")).as("charts follow").isNotEqualTo(drawn);
            browser.evaluate("document.getElementById('theme').click()");
            assertThat(browser.evaluate(background).asString()).isEqualTo(dark);
            browser.evaluate("delete document.documentElement.dataset.theme");
            browser.media("", "light");
            browser.await("getComputedStyle(document.body).backgroundColor === '%s'".formatted(light));
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void nothingIsCutOffOnANarrowScreenAndOnPaper() throws Exception {
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (int width : new int[] {1280, 768, 390}) {
                browser.resize(width, 900);
                browser.await("Math.abs(document.querySelector('#loss canvas').getBoundingClientRect().width - document.getElementById('loss').clientWidth) < 2");
                assertThat(browser.cutOff()).as("at %d pixels", width).isEmpty();
                assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).as("at %d pixels", width).isLessThanOrEqualTo(width);
                keep(browser, "width-" + width);
            }
            browser.resize(1280, 900);
            byte[] pdf = browser.pdf();
            assertThat(new String(pdf, 0, 5, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
            if (System.getProperty("fluxo.screenshots") != null) {
                Files.write(Path.of(System.getProperty("fluxo.screenshots"), "report.pdf"), pdf);
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void everySeedLeadsToItsFolder() throws Exception {
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            var links = browser.evaluate("[...document.querySelectorAll('.seeds a')].map(a => a.href)");
            assertThat(links.size()).isEqualTo(12);
            links.forEach(link -> assertThat(Path.of(java.net.URI.create(link.asString()))).isDirectory().isDirectoryContaining("glob:**/trial.json"));
        }
    }

    private static void set(Chromium browser, String slider, String value) {
        browser.evaluate("(s => { s.value = '%s'; s.dispatchEvent(new Event('input')); })(document.getElementById('%s'))".formatted(value, slider));
    }

    private static String picture(Chromium browser, String chart) {
        return browser.evaluate("document.querySelector('%s canvas').toDataURL()".formatted(chart)).asString();
    }

    private static void keep(Chromium browser, String name) throws Exception {
        if (System.getProperty("fluxo.screenshots") != null) {
            Files.write(Path.of(System.getProperty("fluxo.screenshots"), name + ".png"), browser.screenshot());
        }
    }
}
