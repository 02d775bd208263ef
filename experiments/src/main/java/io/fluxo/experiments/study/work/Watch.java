package io.fluxo.experiments.study.work;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Finds out by watching whether the holders of leases live. Only this process's own monotonic clock is asked: what it counts is how long it has looked at one and the
 * same beat. However long it did not look, because it was suspended or the file system hung, counts as one heartbeat, so that the holder has time to beat again.
 */
final class Watch {

    private final Heartbeat heartbeat;
    private final LongSupplier nanoTime;
    private final Map<Generation, Seen> seen = new HashMap<>();

    /**
     * @param pulse  the beat
     * @param looked when it was last looked at
     * @param still  nanoseconds for which it has not changed
     */
    private record Seen(String pulse, long looked, long still) {}

    Watch(Heartbeat heartbeat, LongSupplier nanoTime) {
        this.heartbeat = heartbeat;
        this.nanoTime = nanoTime;
    }

    /** Looks once: whether the lease is lost by now. */
    boolean isLost(Generation lease) throws IOException {
        String pulse = lease.pulse();
        long now = nanoTime.getAsLong();
        Seen before = seen.get(lease);
        Duration patience = Generation.patience(pulse, heartbeat);
        long most = patience.toNanos() / Heartbeat.MISSED;
        long still = before == null || !before.pulse.equals(pulse) ? 0 : before.still + Math.min(now - before.looked, most);
        seen.put(lease, new Seen(pulse, now, still));
        return still >= patience.toNanos();
    }
}
