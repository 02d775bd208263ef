package io.fluxo.experiments.compare.waiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WaiversTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 11, 28);
    private static final String GELU = "[{\"backend\": \"mine\", \"operation\": \"gelu/gradient\", \"dtype\": \"f32\", \"range\": \"ordinary\", \"reason\": \"its erf\", "
            + "\"link\": \"\", \"until\": \"2027-01-31\"}]";

    @TempDir
    private Path folder;

    private Waivers read(String json) throws IOException {
        return Waivers.read(Files.writeString(folder.resolve("waivers.json"), json));
    }

    private static CompareRow row(String what, String backend, CompareVerdict verdict) {
        return new CompareRow(what, "gelu", backend, "ejml", DType.F32, Optional.empty(), verdict, "off", 0);
    }

    @Test
    void aKnownDifferenceIsNoBugAndItsReasonIsShown() throws IOException {
        List<CompareRow> rows = read(GELU).applied(List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.BUG),
                row("gelu/gradient/tiny [tanh=false] [5, 7]", "mine", CompareVerdict.BUG), row("gelu/gradient/ordinary [tanh=false] [5, 7]", "other", CompareVerdict.BUG),
                row("gelu/forward/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.BUG)), TODAY);
        assertThat(rows).extracting(CompareRow::verdict).containsExactly(CompareVerdict.WAIVED, CompareVerdict.BUG, CompareVerdict.BUG, CompareVerdict.BUG);
        assertThat(rows.getFirst().note()).contains("its erf", "2027-01-31", "off");
    }

    @Test
    void aWaiverOfSomeMachinesNeedNotOccurOnThisOne() throws IOException {
        Waivers waivers = read(GELU.replace("\"until\"", "\"machines\": \"some\", \"until\""));
        assertThat(waivers.applied(List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.NOISE)), TODAY)).extracting(CompareRow::verdict)
                .containsExactly(CompareVerdict.NOISE);
        assertThat(waivers.applied(List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.BUG)), TODAY)).extracting(CompareRow::verdict)
                .containsExactly(CompareVerdict.WAIVED);
        assertThatThrownBy(() -> read(GELU.replace("\"until\"", "\"machines\": \"few\", \"until\""))).hasMessageContaining("machines is 'few' (legal: all, some)");
    }

    @Test
    void aWaiverThatIsNotNeededIsAnError() throws IOException {
        Waivers waivers = read(GELU);
        assertThatThrownBy(() -> waivers.applied(List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.NOISE)), TODAY)).isInstanceOf(BadInput.class)
                .hasMessageContaining("gelu/gradient/ordinary on mine f32").hasMessageContaining("not needed any more");
        // of a backend that was not compared nothing is known
        assertThat(waivers.applied(List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "other", CompareVerdict.NOISE)), TODAY)).hasSize(1);
    }

    @Test
    void aWaiverExpires() throws IOException {
        Waivers waivers = read(GELU);
        List<CompareRow> rows = List.of(row("gelu/gradient/ordinary [tanh=false] [5, 7]", "mine", CompareVerdict.BUG));
        assertThat(waivers.applied(rows, LocalDate.of(2027, 1, 31)).getFirst().verdict()).isEqualTo(CompareVerdict.WAIVED);
        assertThatThrownBy(() -> waivers.applied(rows, LocalDate.of(2027, 2, 1))).isInstanceOf(BadInput.class).hasMessageContaining("expired on 2027-01-31");
    }

    @Test
    void whatIsWrongInTheFileIsNamed() {
        refused("{", "cannot be read");
        refused("{}", "a list of waivers");
        refused("[{\"backend\": \"mine\"}]", "waiver 1: operation is missing");
        refused(GELU.replace("2027-01-31", "soon"), "waiver 1: until is 'soon'");
        refused(GELU.replace("\"range\"", "\"rang\""), "waiver 1", "'rang'", "range");
        refused("[3]", "waiver 1: backend is missing");
        assertThatThrownBy(() -> Waivers.read(folder.resolve("none.json"))).isInstanceOf(BadInput.class).hasMessageContaining("no such file");
    }

    private void refused(String json, String... words) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(BadInput.class).satisfies(bad -> assertThat(bad.getMessage()).startsWith("--waivers ").contains(words).hasLineCount(1));
    }
}
