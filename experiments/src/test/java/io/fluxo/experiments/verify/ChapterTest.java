package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.verify.chapter.Chapter;
import io.fluxo.experiments.verify.example.Realisation;
import io.fluxo.experiments.verify.report.ChapterMarkdown;
import io.fluxo.experiments.verify.report.WorkedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ChapterTest {

    private static final Path PAGE = Path.of("../docs/chapter.md");

    @Test
    void everyClaimIsASentencesAndEverySentenceNamesClaimsThatExist() {
        List<String> ids = Verified.CLAIMS.choose(List.of(), Optional.of("chapter")).stream().map(Claim::id).toList();
        for (Chapter.Sentence sentence : Chapter.read().sentences()) {
            assertThat(ids).as(sentence.portuguese()).containsAll(sentence.noted());
            assertThat(sentence.making(Verified.CLAIMS.choose(List.of(), Optional.of("chapter"))).isEmpty()).as(sentence.portuguese()).isEqualTo(!sentence.remark().isEmpty());
            assertThat(sentence.english()).isNotBlank();
        }
    }

    @Test
    void everyClaimQuotesSentencesThatStandInTheChapterInTheirOrder() {
        List<String> chapter = Chapter.read().sentences().stream().map(Chapter.Sentence::portuguese).toList();
        assertThat(Verified.CLAIMS.choose(List.of(), Optional.of("chapter"))).allSatisfy(claim -> {
            List<String> quoted = claim.citation().sentences();
            assertThat(claim.citation().isOfTheChapter()).as(claim.id()).isTrue();
            assertThat(quoted).as(claim.id()).isNotEmpty().isSubsetOf(chapter);
            assertThat(chapter.stream().filter(quoted::contains).toList()).as(claim.id()).isEqualTo(quoted);
        });
    }

    @Test
    void theCodeThatIsNamedIsThere() {
        String page = ChapterMarkdown.of(Verified.OUTCOME, WorkedRun.of(Verified.VERIFICATION, Verified.OUTCOME).orElseThrow());
        List<String> links = Pattern.compile("\\]\\((\\.\\./experiments/[^)]*)\\)").matcher(page).results().map(link -> link.group(1)).toList();
        assertThat(links).hasSameSizeAs(Verified.CLAIMS.choose(List.of(), Optional.of("chapter"))).allSatisfy(link -> assertThat(PAGE.resolveSibling(link)).exists());
    }

    /** {@code -Dfluxo.update=true} writes the page anew. */
    @Test
    void thePageIsUpToDate() throws IOException {
        Realisation run = WorkedRun.of(Verified.VERIFICATION, Verified.OUTCOME).orElseThrow();
        String page = ChapterMarkdown.of(Verified.OUTCOME, run);
        if (Boolean.getBoolean("fluxo.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("run the tests with -Dfluxo.update=true").hasContent(page);
    }
}
