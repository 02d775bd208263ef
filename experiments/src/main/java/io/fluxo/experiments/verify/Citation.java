package io.fluxo.experiments.verify;

import io.fluxo.text.Text;
import java.util.List;

/**
 * Where something is said.
 *
 * @param work      the chapter, or a paper: {@code Xiong et al. (2020), Lemma 2}
 * @param sentences its words, where they are quoted, in their order
 */
public record Citation(String work, List<String> sentences) {

    private static final String CHAPTER = "the chapter";

    public Citation {
        if (work == null || work.isBlank()) {
            throw new IllegalArgumentException("a citation has to name the work that it cites");
        }
        sentences = List.copyOf(sentences);
    }

    /** Sentences of the chapter, in Portuguese and as they stand there. */
    public static Citation chapter(String... sentences) {
        return new Citation(CHAPTER, List.of(sentences));
    }

    /** {@code work}, with its words where they are quoted. */
    public static Citation of(String work, String... sentences) {
        return new Citation(work, List.of(sentences));
    }

    public boolean isOfTheChapter() {
        return work.equals(CHAPTER);
    }

    /** The words alone where the chapter is cited; else with the work that they stand in. */
    public String quote() {
        String words = String.join(" […] ", sentences);
        return isOfTheChapter() ? words : words.isEmpty() ? work : Text.format("%s (%s)", words, work);
    }
}
