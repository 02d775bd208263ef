package io.fluxo.experiments.tokenizer.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the library's process wrote to its standard error. */
record LastWords(List<String> lines) {

    private static final int MOST_BYTES = 10_000;
    private static final String PANIC = " panicked at ";

    /** Reads {@code errors} to their end, and keeps the beginning. */
    static LastWords of(InputStream errors) {
        try (errors) {
            String kept = new String(errors.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
            errors.transferTo(OutputStream.nullOutputStream());
            return new LastWords(kept.lines().map(String::strip).filter(line -> !line.isEmpty()).toList());
        } catch (IOException ended) {
            return new LastWords(List.of());
        }
    }

    /** On one line. */
    String all() {
        return String.join("; ", lines);
    }

    /** What the library complained of: in a panic, the line after the one that names its place. */
    String complaint() {
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).contains(PANIC)) {
                return lines.get(i + 1);
            }
        }
        return lines.isEmpty() ? "without a word" : all();
    }
}
