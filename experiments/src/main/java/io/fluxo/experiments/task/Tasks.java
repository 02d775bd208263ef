package io.fluxo.experiments.task;

import io.fluxo.experiments.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Opens tasks. A corpus that several variants share is read once. */
public final class Tasks {

    private final Map<String, TokenText> texts = new HashMap<>();

    /**
     * @param holdOut whether the last tenth of a text is kept for validation
     * @throws BadInput if the corpus cannot be read as text
     */
    public synchronized Task open(TaskSpec spec, boolean holdOut) {
        return switch (spec.kind()) {
            case CHAR_LM -> new CharLm(texts.computeIfAbsent(spec.corpus(), Tasks::text), holdOut);
            case MARKOV -> new Markov(spec.states());
        };
    }

    private static TokenText text(String corpus) {
        try {
            if (corpus.equals(WordNet.NAME)) {
                try (InputStream in = WordNet.open()) {
                    return TokenText.read(in, corpus, in.available());
                }
            }
            return textFile(corpus);
        } catch (IOException e) {
            throw new BadInput("%s: the corpus cannot be read: %s".formatted(corpus, e.getMessage()), e);
        }
    }

    private static TokenText textFile(String corpus) throws IOException {
        Path file;
        try {
            file = Path.of(corpus);
        } catch (java.nio.file.InvalidPathException e) {
            throw new BadInput("corpus: not a path: " + e.getMessage(), e);
        }
        if (Files.isDirectory(file)) {
            throw new BadInput(corpus + ": is a directory; a corpus is one UTF-8 text file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            if (size > TokenText.MAX_BYTES) {
                throw new BadInput("%s: %,d bytes, larger than the limit of %,d bytes for a corpus".formatted(corpus, size, TokenText.MAX_BYTES));
            }
            return TokenText.read(in, corpus, (int) size);
        } catch (NoSuchFileException e) {
            throw new BadInput("%s: no such corpus: give '%s' or the path of a UTF-8 text file".formatted(corpus, WordNet.NAME), e);
        } catch (AccessDeniedException e) {
            throw new BadInput(corpus + ": the corpus may not be read (permission denied)", e);
        }
    }
}
