package io.fluxo.experiments.spark;

import io.fluxo.experiments.file.Json;
import tools.jackson.databind.JsonNode;

/** What came of an errand. */
sealed interface Answer {

    /**
     * The trial has a result.
     *
     * @param result   as in {@code trial.json}
     * @param recorded whether it is recorded in the run's folder; if not, the trial failed for now and is to be run again
     */
    record Result(String result, boolean recorded) implements Answer {}

    /** The trial cannot be run there. */
    record Refused(String why) implements Answer {}

    /** In one line. */
    default String line() {
        return Json.line(switch (this) {
            case Result(String result, boolean recorded) -> Json.object().put("result", result).put("recorded", recorded);
            case Refused(String why) -> Json.object().put("refused", why);
        });
    }

    static Answer parse(String text) {
        JsonNode line = Json.parse(text);
        return line.has("refused") ? new Refused(line.path("refused").stringValue())
                : new Result(line.path("result").stringValue(), line.path("recorded").booleanValue());
    }
}
