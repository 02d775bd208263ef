package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.Environment;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Whether what goes on with a run is what began it.
 *
 * @param environment the run's
 * @param trials      as they are laid out here and now
 */
record SameRun(RunDirectory directory, JsonNode environment, StudyTrials trials, Workbench workbench) {

    /** @throws BadInput if the files that trials read, their tasks or the plugins differ */
    void requireSameInputs() {
        trials.inputs().requireSame(directory.root(), environment.path("inputs"), trials.locations());
        if (!environment.path("tasks").equals(Environment.tasks(trials))) {
            throw new BadInput(Text.format("%s: the task has changed since the run began (then: %s; now: %s)", directory.root(),
                    Json.line(environment.path("tasks")), Json.line(Environment.tasks(trials))));
        }
        requireSamePlugins(environment.path("plugins"));
    }

    /** Blocks, norms and backends come from jars: with another jar of the same name a trial would be of two programs. */
    private void requireSamePlugins(JsonNode before) {
        Map<String, String> now = workbench.plugins();
        SortedSet<String> jars = new TreeSet<>(now.keySet());
        jars.addAll(before.propertyNames());
        for (String jar : jars) {
            if (!before.path(jar).asString("").equals(now.getOrDefault(jar, ""))) {
                throw new BadInput(Text.format("%s: the plugin %s %s; put it back as it was, or begin another run", directory.root(), jar,
                        !before.has(jar) ? "was not there when the run began" : now.containsKey(jar) ? "has changed since the run began"
                                : "was there when the run began, and is not in the folder of plugins (--plugins DIR)"));
            }
        }
    }

    /**
     * Builds may round differently: processes that share a run are of one build, or nobody knew which trials are of which.
     *
     * @throws BadInput if this one is known to be another
     */
    void requireSameBuild() {
        Environment.Build began = Environment.Build.of(environment);
        Environment.Build now = Environment.Build.current();
        if (now.differs(began)) {
            throw new BadInput(Text.format("%s: the run began with Fluxo %s, and this is %s: all that work on a run must be of one build; use that one, or begin"
                    + " another run", directory.root(), began, now));
        }
    }
}
