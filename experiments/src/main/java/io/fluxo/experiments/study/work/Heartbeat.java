package io.fluxo.experiments.study.work;

import java.time.Duration;

/** How often the holder of a lease shows that it lives. */
public record Heartbeat(Duration every) {

    /** Beats that may be missed: a long pause of a JVM or of a file system is no death. */
    static final int MISSED = 6;

    public static final Heartbeat USUAL = new Heartbeat(Duration.ofSeconds(10));

    /** Time after which a holder that is not heard of has lost its lease. */
    Duration patience() {
        return every.multipliedBy(MISSED);
    }
}
