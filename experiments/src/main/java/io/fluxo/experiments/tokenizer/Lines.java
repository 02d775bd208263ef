package io.fluxo.experiments.tokenizer;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.experiments.file.StrictUtf8;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The lines of a text file with a token or a rule on each. Only a line feed ends one: others of Unicode's line ends may be a token. */
final class Lines {

    private static final long LARGEST = 50_000_000;

    private Lines() {}

    static List<String> read(Path file) {
        RegularFile.require(file);
        StringBuilder text = new StringBuilder();
        try (InputStream in = Files.newInputStream(file)) {
            StrictUtf8.decode(in, file.toString(), LARGEST, (characters, count) -> text.append(characters, 0, count));
        } catch (IOException failure) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, failure.getMessage()), failure);
        }
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf("\n", from);
            end = end < 0 ? text.length() : end;
            String line = text.substring(from, end);
            lines.add(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            from = end + 1;
        }
        return lines;
    }
}
