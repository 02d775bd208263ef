package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTableTest {

    private static TextTable study() {
        TextTable table = new TextTable("variant", "final loss", "95 % interval", "seeds 1 … 3", "parameters", "mult-adds/token");
        table.row("placement=pre,warmup=1", "2.627 ± 0.047", "2.586 … 2.679", "2.616  2.586  2.679", "79,648", "303,104");
        table.row("placement=post,warmup=125", "2.764 ± 0.024", "2.743 … 2.790", "2.760  2.743  2.790", "79,648", "303,104");
        return table;
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        TextTable table = new TextTable("a", "bee");
        table.row("long cell", "");
        assertThat(table.toString().lines()).containsExactly("a           bee", "long cell");
        assertThat(table.within(80)).isEqualTo(table.toString());
        assertThat(study().within(Integer.MAX_VALUE)).isEqualTo(study().toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 33, 40, 60, 79, 80, 100, 120, 200})
    void noLineIsLongerThanTheTerminalAndNoWordIsCut(int columns) {
        String table = study().within(columns);
        assertThat(table.lines()).allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(Math.max(columns, 32)));
        for (String word : study().toString().split("(?<=,)(?=\\D)|\\s+")) {
            assertThat(table).contains(word);
        }
    }

    @Test
    void whatDoesNotFitGoesOnBelow() {
        TextTable table = new TextTable("claim", "measured");
        table.row("theorem-1", "one two three four five six");
        table.row("theorem-2", "seven");
        assertThat(table.within(30).lines()).containsExactly("claim      measured", "theorem-1  one two three four", "           five six", "theorem-2  seven");
    }

    @Test
    void onlyTheColumnsThatMustAreWrapped() {
        assertThat(study().within(80).lines()).containsExactly(
                "variant          final loss     95 %      seeds 1 …  parameters  mult-adds/token",
                "                                interval  3",
                "placement=pre,   2.627 ± 0.047  2.586 …   2.616      79,648      303,104",
                "warmup=1                        2.679     2.586",
                "                                          2.679",
                "placement=post,  2.764 ± 0.024  2.743 …   2.760      79,648      303,104",
                "warmup=125                      2.790     2.743",
                "                                          2.790");
    }

    @Test
    void aTerminalNarrowerThanTheWordsGetsCellByCell() {
        TextTable table = new TextTable("variant", "parameters", "mult-adds/token");
        table.row("placement=pre", "79,648", "303,104");
        assertThat(table.within(30).lines()).containsExactly("variant          placement=pre", "parameters       79,648", "mult-adds/token  303,104", "");
    }
}
