package io.fluxo.experiments.cli;

import io.fluxo.experiments.cli.StudyCommand.Request;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.BackendChoice;
import io.fluxo.experiments.study.ModelSize;
import io.fluxo.experiments.study.PreparedTrial;
import io.fluxo.experiments.study.Trial;
import io.fluxo.model.ModelSpec;
import io.fluxo.text.Text;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code --dry-run}: a study's trials with their size and the time they will take. The first trial is run for a few seconds and thrown away; the
 * time of another's step is that of the first's in proportion to its multiply-adds. Waiting for each other's memory is not in it.
 */
record StudyPlan(Workbench workbench, Request request, List<PreparedTrial> trials, int jobs, int threads) {

    private static final Duration NEVER = Duration.ofDays(1);

    /** A plan in both its forms. */
    record Written(ObjectNode json, String text) {}

    /** @param columns that the table keeps within */
    Written write(int columns) throws Exception {
        Map<ModelSpec, ModelSize> sizes = new HashMap<>();
        Pace pace = pace();
        double first = work(trials.getFirst().trial(), sizes);
        double seconds = 0;
        ObjectNode root = Json.object();
        root.put("study", request.study().name());
        ArrayNode listed = root.putArray("trials");
        TextTable table = new TextTable("trial", "parameters", "mult-adds/token", "steps");
        for (PreparedTrial prepared : trials) {
            Trial trial = prepared.trial();
            ModelSize size = size(trial, sizes);
            seconds += trial.training().steps() * pace.secondsPerStep() * work(trial, sizes) / first / jobs;
            ObjectNode entry = listed.addObject().put("id", trial.id()).put("parameters", size.parameters());
            entry.set("multiply_adds_per_token", Json.number(size.multiplyAdds()));
            entry.put("steps", trial.training().steps());
            table.row(trial.id(), Text.format("%,d", size.parameters()), Text.format("%,.0f", size.multiplyAdds()), Text.format("%,d", trial.training().steps()));
        }
        root.set("seconds_estimated", Json.rounded(seconds, 2));
        root.put("estimated_from_steps", pace.steps());
        root.put("jobs", jobs);
        return new Written(root, Text.format("%s%n%s, about %s with %d at a time (from %,d steps of the first trial, in proportion to multiply-adds); nothing was kept%n",
                table.within(columns), Text.count(trials.size(), "trial"), Durations.text(seconds), jobs, pace.steps()));
    }

    private Pace pace() throws Exception {
        BackendChoice choice = new BackendChoice(request.settings().backend(), request.settings().dtype(), request.settings().device(), threads);
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            return Pace.of(trials.getFirst(), backend.executor(NEVER));
        }
    }

    /** Multiply-adds of a step. */
    private double work(Trial trial, Map<ModelSpec, ModelSize> sizes) {
        return size(trial, sizes).multiplyAdds() * trial.training().batch() * trial.model().nCtx();
    }

    private ModelSize size(Trial trial, Map<ModelSpec, ModelSize> sizes) {
        return sizes.computeIfAbsent(trial.model(), workbench::size);
    }
}
