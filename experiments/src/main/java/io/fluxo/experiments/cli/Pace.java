package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * How fast a trial trains, by running the beginning of it: the first half of the time warms up, the second is timed. Nothing of it is kept.
 *
 * @param steps          timed
 * @param secondsPerStep NaN if the trial ended before anything could be timed
 */
record Pace(int steps, double secondsPerStep) {

    private static final double SECONDS = 4;

    static Pace of(PreparedTrial prepared, TrialExecutor executor) throws Exception {
        Path folder = Files.createTempDirectory("fluxo-pace");
        try {
            Clock clock = new Clock(folder);
            try {
                executor.execute(prepared.trial(), prepared.task(), folder, clock);
            } catch (TimeIsUp enough) {
                // the trial was longer
            }
            return clock.pace();
        } finally {
            try (Stream<Path> left = Files.walk(folder)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Ends a trial that has been timed long enough. Cancelling it would leave a checkpoint, from which nothing continues. */
    private static final class TimeIsUp extends RuntimeException {}

    private static final class Clock implements TrialListener {

        private final Path folder;
        private long begin;
        private long middle;
        private long last;
        private int stepsBeforeMiddle;
        private int steps;

        Clock(Path folder) {
            this.folder = folder;
        }

        Pace pace() {
            boolean brief = middle == 0; // all there was is warm-up: better than nothing
            int timed = brief ? steps - 1 : steps - stepsBeforeMiddle;
            return new Pace(timed, timed < 1 ? Double.NaN : (last - (brief ? begin : middle)) / 1e9 / timed);
        }

        @Override
        public void step(StepMetrics metrics) {
            last = System.nanoTime();
            steps++;
            if (steps == 1) {
                begin = last;
            }
            if (middle == 0 && last - begin >= SECONDS / 2 * 1e9) {
                middle = last;
                stepsBeforeMiddle = steps;
            }
            if (steps > 1 && last - begin >= SECONDS * 1e9) {
                throw new TimeIsUp();
            }
        }

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void notProved(String sentence) {
            // not asked for
        }

        @Override
        public void proved(String sentence) {
            // not needed for timing
        }

        @Override
        public void labels(String measure, List<String> entries) {
            // not needed for timing
        }

        @Override
        public void figure(String name, double value) {
            // not needed for timing
        }

        @Override
        public void curve(AxisCurve curve) {
            // not needed for timing
        }

        @Override
        public Path checkpoint() {
            return folder.resolve("checkpoint");
        }

        @Override
        public boolean goesFurther() {
            return false;
        }

        @Override
        public String told() {
            return "";
        }

        @Override
        public boolean goesOnAfter(int step, String told) {
            return false;
        }

        @Override
        public void beginsAnew(String why) {
            // it starts at the first step anyway
        }
    }
}
