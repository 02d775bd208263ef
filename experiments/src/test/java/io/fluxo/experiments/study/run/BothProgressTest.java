package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BothProgressTest {

    /** Who was told, what, and of what. */
    private record Told(String who, String method, List<Object> of) {}

    private final List<Told> told = new ArrayList<>();

    private StudyProgress listener(String who) {
        return (StudyProgress) Proxy.newProxyInstance(StudyProgress.class.getClassLoader(), new Class<?>[] {StudyProgress.class}, (_, method, arguments) -> {
            told.add(new Told(who, method.getName(), arguments == null ? List.of() : Arrays.asList(arguments)));
            return null;
        });
    }

    @Test
    void bothAreToldEverythingTheFirstOneFirst() {
        Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
        StepMetrics step = new StepMetrics(3, 1.5, 0.1);
        TrialResult result = new TrialResult(trial, TrialStatus.FINISHED, 1.5, OptionalDouble.empty(), 1, 3, 1, Proofs.NONE, Map.of(), Findings.NONE, "");
        StudyProgress both = new BothProgress(listener("first"), listener("second"));
        both.begin(4, 1, 90);
        both.resumed(trial, 2);
        both.restarted(trial, "damaged");
        both.labels(trial, "update_ratio", List.of("W_Q"));
        both.step(trial, step);
        both.finished(result);
        both.finishedElsewhere(result);
        both.waiting(List.of("post, by another"));
        both.close();
        List<Told> first = List.of(new Told("first", "begin", List.of(4, 1, 90L)), new Told("first", "resumed", List.of(trial, 2)),
                new Told("first", "restarted", List.of(trial, "damaged")), new Told("first", "labels", List.of(trial, "update_ratio", List.of("W_Q"))),
                new Told("first", "step", List.of(trial, step)), new Told("first", "finished", List.of(result)), new Told("first", "finishedElsewhere", List.of(result)),
                new Told("first", "waiting", List.of(List.of("post, by another"))));
        List<Told> expected = new ArrayList<>();
        first.forEach(one -> expected.addAll(List.of(one, new Told("second", one.method(), one.of()))));
        expected.addAll(List.of(new Told("second", "close", List.of()), new Told("first", "close", List.of())));
        assertThat(told).containsExactlyElementsOf(expected);
        assertThat(StudyProgress.class.getDeclaredMethods()).as("everything that can be told").hasSize(9);
    }

    @Test
    void bothAreClosedEvenIfOneCannotBe() {
        StudyProgress broken = new StudyProgress() {
            @Override
            public void close() {
                throw new IllegalStateException("the terminal is gone");
            }
        };
        assertThatThrownBy(new BothProgress(listener("first"), broken)::close).hasMessage("the terminal is gone");
        assertThat(told).containsExactly(new Told("first", "close", List.of()));
    }
}
