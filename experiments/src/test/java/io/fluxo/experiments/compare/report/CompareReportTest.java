package io.fluxo.experiments.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.ops.Certificate;
import io.fluxo.experiments.compare.ops.Fault;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareRow.Figures;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.experiments.page.Chromium;
import io.fluxo.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dfluxo.screenshots=DIR} keeps pictures. */
class CompareReportTest {

    @TempDir
    private Path folder;

    private static CompareRow row(String what, double ratio, CompareVerdict verdict, String note) {
        Figures figures = new Figures(1e-7, ratio * 1e-7, 1, 1e-7, 1e-6, 1e-7, ratio, 0.1, 2, 1);
        return new CompareRow(what, what.split("/")[0], "simd", "ejml", DType.F32, verdict == CompareVerdict.UNSUPPORTED ? Optional.empty() : Optional.of(figures), verdict, note, 0.1);
    }

    private static ComparisonResult result() {
        List<CompareRow> rows = new ArrayList<>(List.of(row("exp/forward/tiny [3]", 0.5, CompareVerdict.NOISE, ""),
                row("exp/gradient/tiny [3]", 12, CompareVerdict.BUG, "element [2] is 1.0 and should be <2.0>").replayedFrom("runs/compare/exp file.json"),
                row("sum/forward/tiny [3]", 0.01, CompareVerdict.NOISE, ""), row("cast/forward/tiny [3]", 0, CompareVerdict.UNSUPPORTED, "simd does not compute in f64"),
                row("gelu/forward/tiny [3]", 2, CompareVerdict.WAIVED, "erf is only so good"), row("invariants/f32/sum of 32", 0, CompareVerdict.NOISE, "added as (0…31)")));
        for (String placement : List.of("post", "pre")) {
            for (int i = 0; i < 12; i++) {
                rows.add(row("model " + placement + "/cumulative/blocks." + i + ".hook_resid_pre", 0.1 + i, CompareVerdict.NOISE, ""));
            }
        }
        return new ComparisonResult(rows, List.of(new Certificate.Line("exp/forward", Fault.values()[0], OptionalDouble.of(1e-6)),
                new Certificate.Line("exp/gradient", Fault.values()[0], OptionalDouble.empty())), List.of(), Optional.empty(), List.of());
    }

    @Test
    void namesWhatIsWrongAndHowToRunItAgain() {
        String page = CompareReport.html(result(), "./fluxo compare");
        assertThat(page).contains("1 bug", "exp/gradient/tiny [3]", "should be &lt;2.0&gt;", "compare --replay &#39;runs/compare/exp file.json&#39;", "erf is only so good",
                "simd does not compute in f64 (1 case)", "added as (0…31)", "1.0e-06", "not caught");
    }

    @Test
    void theMapSaysTheWorstOfEachOperation() {
        HeatMap map = HeatMap.of(result().rows().subList(0, 5));
        assertThat(map.backends()).containsExactly("simd f32");
        assertThat(map.columns()).containsExactly("forward", "gradient");
        assertThat(map.rows().stream().map(row -> row.what() + row.cells().stream().map(HeatMap.Cell::shade).toList())).containsExactly("exp[s2, bug]", "sum[s0, none]",
                "cast[unsupported, none]", "gelu[waived, none]");
        assertThat(map.parts(3)).hasSize(2);
    }

    @Test
    void isDrawnAndFitsEveryScreen() throws Exception {
        Path page = Files.writeString(folder.resolve("compare.html"), CompareReport.html(result(), "./fluxo compare"));
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            assertThat(browser.ink("#hook-chart")).isGreaterThan(2_000);
            for (String scheme : List.of("light", "dark")) {
                for (int width : List.of(1280, 768, 390)) {
                    browser.media("screen", scheme);
                    browser.resize(width, 900);
                    browser.await("document.querySelector('#hook-chart canvas').getBoundingClientRect().right <= innerWidth");
                    assertThat(browser.cutOff()).as("%s at %d pixels", scheme, width).isEmpty();
                    if (System.getProperty("fluxo.screenshots") != null) {
                        Files.write(Path.of(System.getProperty("fluxo.screenshots"), "compare-" + scheme + "-" + width + ".png"), browser.screenshot());
                    }
                }
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
