package io.fluxo.experiments.study.plan;

import io.fluxo.experiments.spec.Sampling.Rung;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Successive halving: all settings are trained for a few steps, the best of them for more, and so on until the last are trained for all. Whoever goes on is decided when
 * a whole rung is known, and not as trials come in: that would depend on how long each of them took.
 *
 * @param settings what the first rung tries
 * @param rungs    steps, and how many settings get there at most
 * @param measure  by which they are sorted
 */
record Halving(List<Map<String, Object>> settings, List<Rung> rungs, String measure) implements Search {

    @Override
    public List<Point> next(List<Tuning.Attempt> made) {
        List<Map<String, Object>> promoted = settings;
        int done = 0;
        for (Rung rung : rungs) {
            if (done == made.size()) {
                return promoted.stream().map(values -> new Point(values, rung.steps())).toList();
            }
            List<Tuning.Attempt> tried = made.subList(done, done + promoted.size());
            done += promoted.size();
            int room = rungs.indexOf(rung) + 1 < rungs.size() ? rungs.get(rungs.indexOf(rung) + 1).trials() : 0;
            promoted = tried.stream().filter(attempt -> attempt.loss(measure) < Double.POSITIVE_INFINITY)
                    .sorted(Comparator.comparingDouble(attempt -> attempt.loss(measure))) // of equal ones the first
                    .limit(room).map(Tuning.Attempt::values).toList();
        }
        return List.of();
    }
}
