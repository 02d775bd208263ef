package io.fluxo.experiments.spec;

import io.fluxo.experiments.spec.Sampling.Method;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.stream.Stream;

/** Whether what a study says about drawing settings fits together. */
final class SamplingCheck {

    private SamplingCheck() {}

    static void check(Study study, Locations locations) {
        Sampling sampling = study.tune().sampling();
        Method method = sampling.method();
        if (method == Method.GRID) {
            places(study.tune()).findFirst().ifPresent(place -> {
                throw locations.complaint(place, "a range needs tune.method: random or halving, which draw from it; a grid lists its values");
            });
            refuse(sampling.trials() > 0, "tune.trials", "a grid has as many trials as it has points: leave it out, or draw settings with tune.method: random or halving",
                    locations);
        } else {
            refuse(study.tune().extend() > 0, "tune.extend", "is for a grid: what is drawn has no ends to go on from; widen its ranges", locations);
            refuse(study.tune().keys().isEmpty(), "tune.method", "does nothing without tune.over or tune.instead", locations);
            int least = method == Method.HALVING ? 2 : 1;
            refuse(sampling.trials() < least, "tune.trials", Text.format("must be at least %d, the settings that are drawn for each variant, not %d", least, sampling.trials()),
                    locations);
        }
        if (method == Method.HALVING) {
            refuse(sampling.factor() < 2, "tune.factor", "must be at least 2: of so many settings one goes on, not " + sampling.factor(), locations);
            refuse(sampling.leastSteps() < 1, "tune.least_steps", "must be at least 1, the steps after which settings are sorted out for the first time, not "
                    + sampling.leastSteps(), locations);
            refuse((long) sampling.leastSteps() * sampling.factor() > study.tune().steps(), "tune.least_steps", Text.format(
                    "least_steps %,d times factor %d is more than the %,d of tune.steps: nothing would be sorted out", sampling.leastSteps(), sampling.factor(),
                    study.tune().steps()), locations);
        } else {
            refuse(sampling.leastSteps() > 0, "tune.least_steps", "is for tune.method: halving", locations);
            refuse(sampling.factor() > 0, "tune.factor", "is for tune.method: halving", locations);
        }
    }

    private static void refuse(boolean wrong, String key, String message, Locations locations) {
        if (wrong) {
            throw locations.complaint(key, message);
        }
    }

    /** Where ranges stand. */
    private static Stream<String> places(Tune tune) {
        return Stream.concat(tune.sampling().over().keySet().stream().map(key -> "tune.over." + key), tune.sampling().instead().entrySet().stream()
                .flatMap((Map.Entry<String, Map<String, Range>> entry) -> entry.getValue().keySet().stream().map(key -> Text.format("tune.instead.%s.%s", entry.getKey(), key))));
    }
}
