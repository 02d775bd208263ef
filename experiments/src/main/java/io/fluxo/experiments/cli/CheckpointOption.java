package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How often a trial saves the state from which it goes on after an interruption. */
final class CheckpointOption {

    /** A year: as good as never. */
    private static final int MOST_SECONDS = 366 * 24 * 3600;

    @Option(names = "--checkpoint", paramLabel = "SECONDS", defaultValue = "30",
            description = "time between two checkpoints of a trial, from which it goes on after an interruption; 0 for one after every step (default: 30)")
    private double seconds;

    /** @throws BadInput if it is out of range */
    void check() {
        if (!(seconds >= 0 && seconds <= MOST_SECONDS)) {
            throw new BadInput(Text.format("--checkpoint must be at least 0 and at most %,d seconds, not %s", MOST_SECONDS, seconds));
        }
    }

    Duration time() {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
