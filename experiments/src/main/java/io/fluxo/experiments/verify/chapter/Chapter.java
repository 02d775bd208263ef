package io.fluxo.experiments.verify.chapter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The chapter's sentences, each with its English and the claims it makes. */
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
     * @param claims     ids of the claims it makes
     * @param quotedFor  those of them that it is the statement of
     * @param remark     why it makes none; empty where it does
     */
    public record Sentence(String portuguese, String english, List<String> claims, List<String> quotedFor, String remark) {
        public Sentence {
            quotedFor = List.copyOf(quotedFor);
            claims = List.copyOf(claims);
        }
    }

    private static final class Holder {
        private static final Chapter READ = parse(text());
    }

    public static Chapter read() {
        return Holder.READ;
    }

    /** The sentences that make the claim {@code id}, in the chapter's order. */
    public List<Sentence> making(String id) {
        return sections.stream().flatMap(section -> section.sentences().stream()).filter(sentence -> sentence.claims().contains(id)).toList();
    }

    /** The sentences that state the claim {@code id}; where none is marked, all that make it. */
    public String quote(String id) {
        List<Sentence> all = making(id);
        List<Sentence> marked = all.stream().filter(sentence -> sentence.quotedFor().contains(id)).toList();
        return (marked.isEmpty() ? all : marked).stream().map(Sentence::portuguese).collect(Collectors.joining(" […] "));
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
                case "@" -> sentences.add(rest.startsWith("- ") ? new Sentence(portuguese, english, List.of(), List.of(), rest.substring(2))
                        : sentence(portuguese, english, rest.split(" ")));
                default -> throw new IllegalStateException("chapter.txt: a line begins with none of == > < @: " + line);
            }
        }
        close(sections, heading, sentences);
        return new Chapter(sections);
    }

    private static Sentence sentence(String portuguese, String english, String... ids) {
        List<String> claims = Arrays.stream(ids).map(id -> id.replace("*", "")).toList();
        List<String> quotedFor = Arrays.stream(ids).filter(id -> id.startsWith("*")).map(id -> id.substring(1)).toList();
        return new Sentence(portuguese, english, claims, quotedFor, "");
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
