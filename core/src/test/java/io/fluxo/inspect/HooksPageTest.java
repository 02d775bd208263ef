package io.fluxo.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HooksPageTest {

    private static final Path PAGE = Path.of("../docs/hooks.md");

    /** {@code -Dfluxo.update=true} writes the tables anew. */
    @Test
    void theTablesAreUpToDate() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(HooksPage.BEGIN) + HooksPage.BEGIN.length();
        String now = page.substring(0, begin) + "\n\n" + HooksPage.tables() + "\n" + page.substring(page.indexOf(HooksPage.END));
        if (Boolean.getBoolean("fluxo.update")) {
            Files.writeString(PAGE, now);
        }
        assertThat(PAGE).as("run the tests with -Dfluxo.update=true").hasContent(now);
    }
}
