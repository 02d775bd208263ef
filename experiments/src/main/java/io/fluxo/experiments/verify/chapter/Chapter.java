package io.fluxo.experiments.verify.chapter;

import io.fluxo.experiments.verify.Claim;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** The chapter's sentences, each with its English and the claims that it makes. */
public record Chapter(List<Section> sections) {

    private static final String FILE = "/io/fluxo/experiments/verify/chapter.txt";

    public Chapter {
        sections = List.copyOf(sections);
    }

    /** A heading, in both languages, and what stands below it. */
    public record Section(String heading, String english, List<Sentence> sentences) {
        public Section {
            sentences = List.copyOf(sentences);
        }
    }

    /**
     * @param portuguese as the chapter has it
     * @param english    what it says
     * @param noted      ids of the claims that it is noted to make; a claim that quotes it need not be
     * @param remark     why it makes none; empty where it does
     */
    public record Sentence(String portuguese, String english, List<String> noted, String remark) {

        public Sentence {
            noted = List.copyOf(noted);
        }

        /** The ids of the claims that it makes: those that are noted, then those of {@code claims} that quote it besides. */
        public SequencedSet<String> making(Collection<Claim> claims) {
            SequencedSet<String> ids = new LinkedHashSet<>(noted);
            claims.stream().filter(this::isQuotedFor).forEach(claim -> ids.add(claim.id()));
            return ids;
        }

        /** Whether {@code claim} quotes it. */
        public boolean isQuotedFor(Claim claim) {
            return claim.citation().isOfTheChapter() && claim.citation().sentences().contains(portuguese);
        }
    }

    private static final class Holder {
        private static final Chapter READ = parse(text());
    }

    public static Chapter read() {
        return Holder.READ;
    }

    /** All sentences, in the chapter's order. */
    public List<Sentence> sentences() {
        return sections.stream().flatMap(section -> section.sentences().stream()).toList();
    }

    private static Chapter parse(String text) {
        List<Section> sections = new ArrayList<>();
        List<Sentence> sentences = new ArrayList<>();
        String[] heading = null;
        String portuguese = "";
        String english = "";
        for (String line : text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList()) {
            String rest = line.replaceFirst("^\\S+ ", "");
            switch (line.substring(0, line.indexOf(' '))) {
                case "==" -> {
                    close(sections, heading, sentences);
                    heading = rest.split(" \\| ");
                    sentences = new ArrayList<>();
                }
                case ">" -> portuguese = rest;
                case "<" -> english = rest;
                case "@" -> sentences.add(rest.startsWith("- ") ? new Sentence(portuguese, english, List.of(), rest.substring(2))
                        : new Sentence(portuguese, english, List.of(rest.split(" ")), ""));
                default -> throw new IllegalStateException("chapter.txt: a line begins with none of == > < @: " + line);
            }
        }
        close(sections, heading, sentences);
        return new Chapter(sections);
    }

    private static void close(List<Section> sections, String[] heading, List<Sentence> sentences) {
        if (heading != null) {
            sections.add(new Section(heading[0], heading[1], sentences));
        }
    }

    private static String text() {
        try (InputStream in = Chapter.class.getResourceAsStream(FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }
}
