package io.fluxo.checkpoint;

import java.nio.file.Path;

/** A model's file is not what it should be, or cannot be read or written. The message says which file, what, and what would be right. */
public final class CheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_NAME = 80;

    CheckpointException(Path file, String problem) {
        super(file + ": " + problem);
    }

    CheckpointException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** A name out of a file as it may stand in a message: of bounded length, in quotes, without control characters. */
    static String shown(String name) {
        String cut = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
        StringBuilder quoted = new StringBuilder("'");
        cut.codePoints().forEach(c -> quoted.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? 0xFFFD : c));
        return quoted.append("'").toString();
    }
}
