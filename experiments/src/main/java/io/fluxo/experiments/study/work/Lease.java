package io.fluxo.experiments.study.work;

import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.trial.Trial;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * A lease that this process holds on a trial, until it has {@linkplain #end ended} or is {@linkplain #isLost lost}.
 *
 * <p>What keeps two holders apart is not the clock but the place: a holder trains in its lease's own folder, from a copy of what its predecessor left there. One that was
 * suspended, and wakes up when another has taken over, can therefore spoil nothing: it writes where nobody reads any more. It learns of its loss with its next beat,
 * and once more before it {@linkplain #publish publishes}.
 *
 * <p>One race is left. It may be taken over between that check and the rename which publishes. Then both train the same trial for a while, and both may try to publish. The
 * rename of a folder onto one that is there fails, so that the first stays and the second is dropped. As a trial is a function of its specification, both
 * are the same but for the seconds that they took. So a false suspicion costs time, never a result.
 */
final class Lease {

    private final Trial trial;
    private final Generation generation;
    private final Heartbeat heartbeat;
    private final String holder;
    private long beats;
    private boolean ended;
    private boolean lost;
    private Runnable onLoss = () -> { };

    /** @param generation whose folder this process has made */
    Lease(Trial trial, Generation generation, Heartbeat heartbeat, String holder) throws IOException {
        this.trial = trial;
        this.generation = generation;
        this.heartbeat = heartbeat;
        this.holder = holder;
        generation.beat(beats, heartbeat, holder);
    }

    Trial trial() {
        return trial;
    }

    /** Has {@code action} run when the lease is lost, at once if it is lost already. */
    synchronized void onLoss(Runnable action) {
        onLoss = action;
        if (lost) {
            action.run();
        }
    }

    synchronized boolean isLost() {
        return lost;
    }

    /** Shows that the holder lives, or finds that the lease is lost. */
    synchronized void beat() {
        if (ended || isSuperseded()) {
            return;
        }
        try {
            generation.beat(++beats, heartbeat, holder);
        } catch (NoSuchFileException takenAway) {
            lose();
        } catch (IOException later) {
            // the next beat tries again; who takes over meanwhile is seen then
        }
    }

    private boolean isSuperseded() {
        if (!lost && generation.next().isThere()) {
            lose();
        }
        return lost;
    }

    private void lose() {
        lost = true;
        onLoss.run();
    }

    /** The folder to train in. Holds what the newest of the earlier holders left that can be resumed from. */
    RunDirectory place() throws IOException {
        RunDirectory place = generation.place();
        List<Generation> all = Generation.of(generation.trial());
        Optional<Generation> before = all.stream().filter(other -> other.number() < generation.number() && other.place().canResume(trial.id())).reduce((_, newer) -> newer);
        if (before.isPresent()) {
            place.goOnFrom(before.get().place(), trial.id());
        }
        return place;
    }

    /**
     * Makes what was trained in {@link #place} the trial's result in {@code run}.
     *
     * @return whether it is; false if the lease is lost or another's result stands there
     */
    synchronized boolean publish(RunDirectory run) throws IOException {
        return !isSuperseded() && generation.place().moveTo(run, trial);
    }

    /** Lets go of the trial: another may take it at once. */
    synchronized void end() throws IOException {
        ended = true;
        if (!lost) {
            try {
                generation.end();
            } catch (NoSuchFileException takenAway) {
                lose();
            }
        }
    }
}
