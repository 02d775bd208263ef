package io.fluxo.experiments.history;

import io.fluxo.experiments.file.Json;
import io.fluxo.setting.Values;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs, and in what they differ, as JSON. */
public final class RunsJson {

    private RunsJson() {}

    public static ObjectNode list(Runs runs) {
        ObjectNode root = Json.object();
        root.set("runs", all(runs.runs()));
        root.set("skipped", Json.of(runs.skipped()));
        return root;
    }

    private static ArrayNode all(List<Run> runs) {
        ArrayNode all = Json.array();
        runs.forEach(run -> all.add(run(run)));
        return all;
    }

    private static ObjectNode run(Run run) {
        ObjectNode node = Json.object();
        node.put("folder", run.folder().toString());
        node.put("study", run.name());
        node.put("job", run.environment().path("job").asString(""));
        node.put("started", run.started());
        node.set("backend", Json.of(run.environment().path("backend")));
        node.set("seed", Json.of(run.environment().path("seed")));
        node.put("state", Values.label(run.state()));
        node.put("trials_done", run.trialsDone());
        run.trials().ifPresentOrElse(trials -> node.put("trials", trials), () -> node.putNull("trials"));
        run.verdict().ifPresentOrElse(verdict -> node.put("verdict", verdict), () -> node.putNull("verdict"));
        run.lowest().ifPresentOrElse(variant -> {
            ObjectNode lowest = node.putObject("lowest_final_loss").put("variant", variant.id());
            lowest.set("mean", Json.number(variant.mean()));
        }, () -> node.putNull("lowest_final_loss"));
        return node;
    }

    public static ObjectNode differences(RunDifferences differences) {
        ObjectNode root = Json.object();
        root.set("runs", all(differences.runs()));
        root.set("study", differences(differences.study()));
        root.set("environment", differences(differences.environment()));
        root.put("identical_results", differences.identical());
        root.put("measure", differences.measure());
        ArrayNode variants = root.putArray("variants");
        for (RunDifferences.Row row : differences.variants()) {
            ObjectNode node = variants.addObject().put("id", row.id());
            ArrayNode runs = node.putArray("runs");
            row.runs().forEach(variant -> variant.ifPresentOrElse(one -> runs.add(variant(one)), runs::addNull));
            if (row.runs().size() == 2) {
                node.set("difference", Json.number(row.difference()));
            }
        }
        return root;
    }

    private static ObjectNode variant(Run.Variant variant) {
        ObjectNode node = Json.object();
        node.set("mean", Json.number(variant.mean()));
        node.set("sd", Json.number(variant.deviation()));
        node.set("outcomes", Json.of(variant.outcomes().stream().collect(Collectors.groupingBy(outcome -> outcome, TreeMap::new, Collectors.summingInt(_ -> 1)))));
        return node;
    }

    private static ArrayNode differences(List<RunDifferences.Difference> differences) {
        ArrayNode all = Json.array();
        differences.forEach(difference -> all.addObject().put("key", difference.key()).set("values", Json.of(difference.values())));
        return all;
    }
}
