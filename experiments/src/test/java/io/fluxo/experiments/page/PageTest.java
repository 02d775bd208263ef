package io.fluxo.experiments.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.file.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {

    @Test
    void noTextInTheDataEndsTheScript() {
        assertThat(Page.jsonInHtml(Json.of(List.of("</script>", "<!--")))).isEqualTo("[\"\\u003c/script>\",\"\\u003c!--\"]");
    }
}
