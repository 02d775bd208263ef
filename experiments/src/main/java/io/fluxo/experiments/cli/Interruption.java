package io.fluxo.experiments.cli;

import io.fluxo.text.Text;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets the program end in good order when it is asked to end, by Ctrl-C, SIGTERM or the end of its terminal: the JVM's shutdown waits for the work
 * in hand, but not for ever. The exit status is the JVM's own: 128 and the signal's number, so 130 after Ctrl-C and 143 after SIGTERM.
 */
final class Interruption implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Terminal terminal;
    private final Thread hook = new Thread(this::interrupted, "interruption");
    private StoppableWork current;

    Interruption(Terminal terminal) {
        this.terminal = terminal;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Begins work that is not to be cut off; it is over when it is closed. */
    synchronized StoppableWork work() {
        current = new StoppableWork();
        return current;
    }

    private synchronized StoppableWork current() {
        return current;
    }

    /** Whether code ended the program, and no signal: the JVM shuts down in the thread that asked for it, which for a signal is another thread. */
    private static boolean endedByCode() {
        return Thread.getAllStackTraces().values().stream().flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit"));
    }

    private void interrupted() {
        if (endedByCode()) {
            terminal.err().println("fluxo: ended from within, by System.exit: a plugin must not do that; nothing is recorded of what was running");
            Runtime.getRuntime().halt(ExitStatus.NOT_AS_EXPECTED.code());
        }
        StoppableWork work = current();
        boolean ended = work == null || work.stopped();
        String kept = work == null ? "" : ended ? "; " + work.kept : Text.format("; it did not come to an end within %d s", PATIENCE.toSeconds());
        if (terminal.interactive()) {
            terminal.err().println(); // behind the ^C that the terminal shows
        }
        terminal.err().println("fluxo: interrupted" + kept);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the shutdown has begun, and says so
        }
    }

    /** Work that stops when it is asked to, and leaves something to continue from. */
    static final class StoppableWork implements AutoCloseable {

        private final CountDownLatch closed = new CountDownLatch(1);
        private boolean asked;
        private Runnable stop = () -> { };
        private String kept = "";

        private StoppableWork() {}

        /**
         * Sets how the work is stopped, and stops it at once if that was asked already.
         *
         * @param how  makes the work end soon, and leave what it has reached
         * @param what what is kept then, and how to continue from it: the end of a sentence
         */
        synchronized void stoppedBy(Runnable how, String what) {
            stop = how;
            kept = what;
            if (asked) {
                stop.run();
            }
        }

        private synchronized void ask() {
            asked = true;
            stop.run();
        }

        private boolean stopped() {
            ask();
            try {
                return closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
