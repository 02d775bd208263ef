package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.verify.chapter.Chapter;
import io.fluxo.experiments.verify.claim.Groups;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.experiments.verify.report.ChapterMarkdown;
import io.fluxo.experiments.verify.report.WorkedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChapterTest {

    private static final Path PAGE = Path.of("../docs/chapter.md");

    @Test
    void everyClaimIsASentencesAndEverySentenceNamesClaimsThatExist() {
        List<String> ids = Groups.all().stream().map(Claim::id).toList();
        for (Chapter.Section section : Chapter.read().sections()) {
            for (Chapter.Sentence sentence : section.sentences()) {
                assertThat(ids).as(sentence.portuguese()).containsAll(sentence.claims());
                assertThat(sentence.claims().isEmpty()).as(sentence.portuguese()).isEqualTo(!sentence.remark().isEmpty());
                assertThat(sentence.english()).isNotBlank();
            }
        }
        assertThat(ids).allSatisfy(id -> assertThat(Chapter.read().quote(id)).as(id).isNotBlank());
    }

    @Test
    void theCodeThatIsNamedIsThere() {
        assertThat(Groups.all()).allSatisfy(claim -> assertThat(Path.of("src/main/java", claim.code().getName().replace('.', '/') + ".java"))
                .as(claim.id()).exists());
    }

    /** {@code -Dfluxo.update=true} writes the page anew. */
    @Test
    void thePageIsUpToDate() throws IOException {
        Realisation run = WorkedRun.of(Verified.INSTALLED, Verified.OUTCOME).orElseThrow();
        String page = ChapterMarkdown.of(Verified.OUTCOME, run);
        if (Boolean.getBoolean("fluxo.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("run the tests with -Dfluxo.update=true").hasContent(page);
    }
}
