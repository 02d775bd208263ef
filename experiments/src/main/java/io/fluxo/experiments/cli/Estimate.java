package io.fluxo.experiments.cli;

import io.fluxo.text.Text;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * How fast steps are done, and how long the rest will take: from the last while, and not from the beginning, in which the JVM runs code that it has
 * not compiled yet. A speed measured then is wrong by a factor of tens.
 */
final class Estimate {

    static final Duration WARM_UP = Duration.ofSeconds(3);
    static final Duration WINDOW = Duration.ofSeconds(20);
    private static final Duration LEAST = Duration.ofSeconds(2);
    private static final Duration APART = Duration.ofMillis(250);

    private record Mark(long nanos, long steps) {}

    private final LongSupplier clock;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long first;
    private long steps;
    private Mark last;

    /** @param clock nanoseconds */
    Estimate(LongSupplier clock) {
        this.clock = clock;
    }

    /** A step is done. */
    void step() {
        long now = clock.getAsLong();
        steps++;
        if (steps == 1) {
            first = now;
        }
        last = new Mark(now, steps);
        if (now - first < WARM_UP.toNanos()) {
            return;
        }
        if (marks.isEmpty() || now - marks.getLast().nanos >= APART.toNanos()) {
            marks.addLast(last);
        }
        while (marks.size() > 2 && now - marks.getFirst().nanos > WINDOW.toNanos()) {
            marks.removeFirst();
        }
    }

    /** In words: {@code estimating}, or the steps in a second and the time that {@code stepsLeft} will take. */
    String text(long stepsLeft) {
        if (rate().isEmpty()) {
            return "estimating";
        }
        double rate = rate().getAsDouble();
        return Text.format(rate < 10 ? "%.1f/s, %s left" : "%.0f/s, %s left", rate, Durations.text(stepsLeft / rate));
    }

    /** Steps in a second; empty until it can be said. */
    OptionalDouble rate() {
        if (marks.isEmpty() || last.nanos - marks.getFirst().nanos < LEAST.toNanos()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of((last.steps - marks.getFirst().steps) / ((last.nanos - marks.getFirst().nanos) / 1e9));
    }
}
