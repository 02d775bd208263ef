package io.fluxo.experiments.study.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What the built-in studies' verdicts say, to the letter, of results that were made up: {@code criteria.txt} was written by the code that these
 * studies were judged by before their conditions became data. Studies that are younger are not in it.
 */
class CriteriaWordsTest {

    private static final Tasks TASKS = new Tasks(Fixtures.ALL);

    @Test
    void everySentenceAndEveryFigureIsAsItWas() throws IOException {
        List<String> written;
        try (InputStream in = CriteriaWordsTest.class.getResourceAsStream("criteria.txt")) {
            written = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        List<String> told = new ArrayList<>();
        for (StudyDefinition definition : StudyLibrary.standard().studies()) {
            if (written.stream().noneMatch(line -> line.startsWith(definition.name() + " 0:"))) {
                continue;
            }
            for (int made = 0; made < 3; made++) {
                told.addAll(told(definition, made));
            }
        }
        assertThat(told).containsExactlyElementsOf(written);
    }

    private static List<String> told(StudyDefinition definition, int made) {
        List<PreparedTrial> trials = Trials.prepare(Trials.of(definition.study(), 1), TASKS, Locations.of("test"));
        List<TrialResult> results = IntStream.range(0, trials.size()).mapToObj(i -> result(trials.get(i).trial(), i, made)).toList();
        Judgement judgement = definition.rule().judge(definition.study(), trials, results);
        List<String> told = new ArrayList<>(List.of("%s %d: %s: %s".formatted(definition.name(), made, judgement.verdict(), judgement.why())));
        judgement.criteria().forEach(criterion -> told.add("%s | %s | %s | %s".formatted(criterion.claim(), criterion.statement(), criterion.measured(), criterion.met())));
        return told;
    }

    /** The first set is of small numbers, the second of all sizes, and in the third every fourth trial diverged. */
    private static TrialResult result(Trial trial, int i, int made) {
        double value = switch (made) {
            case 0 -> ((i * 37 + 5) % 97) / 97.0;
            case 1 -> (i % 2 == 0 ? 1 : 1e-3) * (2 + ((i * 29 + 11) % 89) / 53.0);
            default -> 3 + ((i * 17) % 13) / 40.0;
        };
        if (made == 2 && i % 4 == 1) {
            return new TrialResult(trial, TrialStatus.DIVERGED, Double.NaN, OptionalDouble.empty(), 1, 1, 1, Proofs.NONE, Map.of(), Findings.NONE, "");
        }
        List<Double> at = IntStream.rangeClosed(1, 64).mapToObj(place -> (double) place).toList();
        Findings findings = Findings.NONE.with("accuracy_at_32_pairs", value / 4).with("stream_gradient_spread_at_start", 1 + value * value)
                .with(new AxisCurve("loss_by_position", "position", at, at.stream().map(place -> value - place * value / 100).toList()));
        return new TrialResult(trial, TrialStatus.FINISHED, value, OptionalDouble.empty(), 1, 1, 1, Proofs.NONE, Map.of(), findings, "");
    }
}
