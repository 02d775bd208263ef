package io.fluxo.experiments.cli;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BrokenPlugin;
import io.fluxo.experiments.cli.StudyCommand.Request;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Sampling;
import io.fluxo.experiments.study.numbers.Stages;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.model.ModelSpec;
import io.fluxo.text.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code --dry-run}: a study's trials with their size and the time they will take. The first trial that runs is run for a few seconds and discarded;
 * another trial's time per step is in proportion to its multiply-adds. Contention for memory is not included. The trials that run in any case are listed; how many more there may be, where
 * tuning goes on beyond its grids and where seeds are added in stages, is told.
 */
record StudyPlan(Workbench workbench, Request request, StudyTrials planned, int jobs, int threads) {

    private static final Duration NEVER = Duration.ofDays(1);

    /**
     * A plan in both its forms.
     *
     * @param problems trials that will fail, or whose size is not known, with the reason
     */
    record Written(ObjectNode json, String text, List<String> problems) {}

    private List<PreparedTrial> trials() {
        return planned.all();
    }

    /** @param columns that the table keeps within */
    Written write(int columns) throws Exception {
        Map<ModelSpec, ModelSize> sizes = new HashMap<>();
        Timed timed = timed(sizes);
        double first = work(timed.trial(), sizes);
        double seconds = 0;
        double added = 0;
        List<Integer> stages = Stages.of(planned.study()).seeds();
        double more = (double) stages.getLast() / stages.getFirst() - 1;
        int tried = planned.tuning().size();
        ObjectNode root = Json.object();
        root.put("study", request.study().name());
        ArrayNode listed = root.putArray("trials");
        TextTable table = new TextTable("trial", "parameters", "mult-adds/token", "steps");
        for (PreparedTrial prepared : trials()) {
            Trial trial = prepared.trial();
            ModelSize size = size(trial, sizes);
            if (!timed.problems().containsKey(trial.id())) {
                double takes = seconds(trial, timed, first, sizes);
                seconds += takes;
                added += listed.size() < tried ? 0 : more * takes;
            }
            ObjectNode entry = listed.addObject().put("id", trial.id());
            size.parameters().ifPresentOrElse(number -> entry.put("parameters", number), () -> entry.putNull("parameters"));
            entry.set("multiply_adds_per_token", Json.number(size.multiplyAdds()));
            entry.put("steps", trial.training().get(STEPS));
            Optional.ofNullable(timed.problems().get(trial.id())).ifPresent(problem -> entry.put("problem", problem));
            table.row(trial.id(), size.parametersText(), size.multiplyAddsText(), Text.format("%,d", trial.training().get(STEPS)));
        }
        List<Sampling.Rung> later = request.study().laterRungs();
        ArrayNode rungs = Json.array();
        for (Sampling.Rung rung : later) {
            rungs.addObject().put("steps", rung.steps()).put("trials", rung.trials());
            seconds += (double) rung.trials() * rung.steps() * timed.pace().secondsPerStep() * searchedWork(sizes) / first / jobs;
            table.row(Text.format("the best of those before: %s", Text.count(rung.trials(), "trial")), "–", "–", Text.format("%,d", rung.steps()));
        }
        int count = trials().size() + later.stream().mapToInt(Sampling.Rung::trials).sum();
        if (!later.isEmpty()) {
            root.set("later_rungs", rungs);
        }
        root.set("seconds_estimated", Json.rounded(seconds, 2));
        List<PreparedTrial> beyond = planned.mostBeyond();
        double atMost = seconds + added + beyond.stream().mapToDouble(prepared -> seconds(prepared.trial(), timed, first, sizes)).sum();
        int trialsAtMost = tried + planned.provisional().size() / stages.getFirst() * stages.getLast() + beyond.size() + count - trials().size();
        root.put("seeds_at_most", stages.getLast());
        root.put("trials_at_most", trialsAtMost);
        root.set("seconds_at_most", Json.rounded(atMost, 2));
        root.put("estimated_from_steps", timed.pace().steps());
        root.put("jobs", jobs);
        String without = timed.problems().isEmpty() ? "" : Text.format(", without %d whose size is not known", timed.problems().size());
        List<String> reasons = new ArrayList<>();
        if (!beyond.isEmpty()) {
            reasons.add("tuning may go on beyond its grids");
        }
        if (stages.size() > 1) {
            reasons.add(Text.format("with %d seeds instead of %d", stages.getLast(), stages.getFirst()));
        }
        String most = reasons.isEmpty() ? "" : Text.format("; at the most %s, about %s: %s", Text.count(trialsAtMost, "trial"), Durations.text(atMost), String.join(", ", reasons));
        return new Written(root, Text.format("%s%n%s, about %s with %d at a time (from %,d steps of %s, in proportion to multiply-adds)%s%s; nothing was kept%n",
                table.within(columns), Text.count(count, "trial"), Durations.text(seconds), jobs, timed.pace().steps(),
                timed.trial() == trials().getFirst().trial() ? "the first trial" : timed.trial().id(), without, most),
                timed.problems().entrySet().stream().map(problem -> problem.getKey() + ": " + problem.getValue()).toList());
    }

    /**
     * The measured speed.
     *
     * @param trial    the first that runs
     * @param problems trial → what is wrong with a part of its model
     */
    private record Timed(Trial trial, Pace pace, SequencedMap<String, String> problems) {}

    private Timed timed(Map<ModelSpec, ModelSize> sizes) throws Exception {
        SequencedMap<String, String> problems = new LinkedHashMap<>();
        trials().forEach(prepared -> size(prepared.trial(), sizes).problem().ifPresent(problem -> problems.put(prepared.trial().id(), problem)));
        BackendChoice choice = new BackendChoice(request.settings().backend(), request.settings().dtype(), request.settings().device(), threads);
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            for (PreparedTrial prepared : trials()) {
                try {
                    if (!problems.containsKey(prepared.trial().id())) {
                        return new Timed(prepared.trial(), Pace.of(prepared, backend.executor(NEVER)), problems);
                    }
                } catch (BrokenPlugin broken) {
                    problems.put(prepared.trial().id(), broken.getMessage());
                }
            }
        }
        return new Timed(trials().getFirst().trial(), new Pace(0, Double.NaN), problems);
    }

    private double seconds(Trial trial, Timed timed, double first, Map<ModelSpec, ModelSize> sizes) {
        return trial.training().get(STEPS) * timed.pace().secondsPerStep() * work(trial, sizes) / first / jobs;
    }

    /** Multiply-adds of a step, on average over the settings that are drawn: which of them go on is not known. */
    private double searchedWork(Map<ModelSpec, ModelSize> sizes) {
        return planned.tuning().stream().mapToDouble(prepared -> work(prepared.trial(), sizes)).average().orElseThrow();
    }

    /** Multiply-adds of a step. */
    private double work(Trial trial, Map<ModelSpec, ModelSize> sizes) {
        return size(trial, sizes).multiplyAdds() * trial.training().get(BATCH) * trial.model().get(N_CTX);
    }

    private ModelSize size(Trial trial, Map<ModelSpec, ModelSize> sizes) {
        return sizes.computeIfAbsent(trial.model(), workbench::size);
    }
}
