package io.fluxo.cuda.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A trace that has been done again under a sanitizer.
 *
 * @param status what the program has ended with; 0 if nothing was found
 * @param report what the sanitizer says, with the kernels' files and lines
 */
public record Replay(int status, String report) {

    /** Replays what {@link EmulatedDevice#trace} has written to a folder. */
    public static Replay under(Sanitizer sanitizer, Path trace) {
        String program = Emulator.built().replay(sanitizer).toString();
        Replay replay = run(List.of(program, trace.toString()));
        // ThreadSanitizer does not bear all places where the system may put things: then they are put where they always are.
        return replay.report.contains("unexpected memory mapping") ? run(List.of("setarch", "-R", program, trace.toString())) : replay;
    }

    private static Replay run(List<String> line) {
        try {
            Command command = Command.run(line);
            return new Replay(command.status(), command.output());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Whether everything was done again and nothing was found. */
    public boolean isClean() {
        return status == 0 && report.strip().equals("replayed");
    }
}
