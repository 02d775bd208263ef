package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.verify.report.ClaimsMarkdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * {@code docs/claims.md} is made of the claims and of the last full run, which stands beside it. To renew it: {@code ./fluxo verify --group all --corpus FILE --json docs/claims.json}, then this
 * test with {@code -Dfluxo.update=true}.
 */
class ClaimsPageTest {

    private static final Path PAGE = Path.of("../docs/claims.md");
    private static final JsonNode RUN = run();

    private static JsonNode run() {
        try {
            return Json.parse(Files.readString(Path.of("../docs/claims.json")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theLastFullRunHasEveryClaimAndCameOutAsExpected() {
        Set<String> ids = new TreeSet<>();
        RUN.path("claims").forEach(row -> {
            ids.add(row.path("id").asString());
            assertThat(row.path("verdict").asString()).as(row.path("id").asString()).isEqualTo(row.path("expected").asString());
        });
        assertThat(ids).isEqualTo(new TreeSet<>(Verified.CLAIMS.all().stream().map(Claim::id).toList()));
        RUN.path("controls").forEach(row -> assertThat(row.path("verdict").asString()).as(row.path("claim").asString()).isEqualTo(row.path("expected").asString()));
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        String page = ClaimsMarkdown.of(Verified.CLAIMS.all(), RUN);
        if (Boolean.getBoolean("fluxo.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }
}
