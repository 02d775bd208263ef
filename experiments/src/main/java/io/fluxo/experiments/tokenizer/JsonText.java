package io.fluxo.experiments.tokenizer;

import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.JsonFile;
import io.fluxo.experiments.BadInput;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON of files that come from outside, and what messages show of them. */
final class JsonText {

    private static final int LONGEST = 120;

    private JsonText() {}

    /** The object in {@code file}. */
    static ObjectNode read(Path file, long mostBytes) {
        try {
            return JsonFile.read(file, mostBytes);
        } catch (CheckpointException unusable) {
            throw new BadInput(unusable.getMessage(), unusable);
        }
    }

    /** A value as it may stand in a message. */
    static String shown(JsonNode value) {
        return value.isMissingNode() ? "missing" : oneLine(value.toString());
    }

    /** Of bounded length, without line ends and other control characters. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c ->
                line.appendCodePoint(Character.isISOControl(c) ? ' ' : Character.getType(c) == Character.SURROGATE ? 0xFFFD : c));
        return text.codePointCount(0, text.length()) > LONGEST ? line + "…" : line.toString();
    }
}
