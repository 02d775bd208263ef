package io.fluxo.experiments.verify.claim;

import io.fluxo.experiments.study.run.FinishedRun;
import io.fluxo.experiments.verify.Apparatus;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Claim;
import io.fluxo.experiments.verify.Finding;
import io.fluxo.experiments.verify.Statement;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A claim that needs training. It is read from the latest run of a built-in study: from the conditions of the verdict that name the claim. Skipped
 * where there is none.
 */
abstract class FromStudy extends Claim {

    private final String study;

    /** @param study a built-in study's name */
    FromStudy(String study, Statement statement) {
        super(statement.refutesNone("none: it is decided by trained models, and no mutant is trained"));
        this.study = study;
    }

    @Override
    public final Finding check(Candidate candidate, Apparatus apparatus) {
        Optional<FinishedRun> run = FinishedRun.latest(apparatus.runs(), study);
        if (run.isEmpty()) {
            return Finding.skipped(Text.format("needs training: run %s ablate %s (there is no run of it in %s; --runs names another folder)",
                    Launcher.command(), study, apparatus.runs()));
        }
        List<FinishedRun.JudgedCondition> conditions = run.get().conditions(id());
        if (conditions.isEmpty()) {
            return Finding.skipped(Text.format("%s: %s", run.get().folder(), run.get().why()));
        }
        String theory = conditions.stream().map(FinishedRun.JudgedCondition::statement).collect(Collectors.joining("; "));
        String measured = conditions.stream().map(FinishedRun.JudgedCondition::measured).collect(Collectors.joining("; "));
        String unmet = conditions.stream().filter(condition -> !condition.met()).map(condition -> condition.statement() + ": " + condition.measured())
                .collect(Collectors.joining("; "));
        Finding finding = unmet.isEmpty() ? Finding.holds(theory, measured) : Finding.refuted(theory, measured, unmet);
        return finding.derived(Text.format("read from %s: study %s, backend %s, seed %d", run.get().folder(), study, run.get().backend(), run.get().seed()));
    }

    @Override
    public final boolean needsInput() {
        return true;
    }
}
