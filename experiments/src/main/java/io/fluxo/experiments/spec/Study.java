package io.fluxo.experiments.spec;

import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.train.Measure;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A question put to a grid of models.
 *
 * @param name       letters, digits, {@code . _ -}; names folders
 * @param question   what is asked, in a sentence
 * @param hypothesis what is expected to be seen, in a sentence
 * @param expected   the verdict that is no surprise
 * @param vary       dotted key ({@code model.placement}) → its values; always a grid, the first key slowest
 * @param seeds      trials of each variant, with consecutive seeds
 * @param measure    what is recorded, of {@link #MEASURES}
 */
public record Study(String name, String question, String hypothesis, Verdict expected, TaskSpec task, ModelSpec model, TrainingSpec training,
                    Map<String, List<Object>> vary, int seeds, List<String> measure) {

    /** The largest grid, in trials. */
    public static final int MAX_TRIALS = 10_000;

    /** What can be recorded: {@code loss}, which always is, and what core measures. */
    public static final List<String> MEASURES =
            Stream.concat(Stream.of("loss"), Arrays.stream(Measure.values()).map(Measure::label)).toList();

    /** What a specification means where it says nothing: the setting of {@code pre-vs-post}, nothing varied. */
    public static final Study DEFAULT = new Study("study", "", "", Verdict.INCONCLUSIVE, TaskSpec.DEFAULT, ModelSpec.DEFAULT, TrainingSpec.DEFAULT,
            Map.of(), 3, MEASURES);

    /** One point of the grid: what is varied, and the specifications with it put in. */
    public record Cell(Map<String, Object> vary, TaskSpec task, ModelSpec model, TrainingSpec training) {}

    public Study {
        Map<String, List<Object>> copy = new LinkedHashMap<>();
        vary.forEach((key, values) -> copy.put(key, List.copyOf(values)));
        vary = Collections.unmodifiableMap(copy);
        measure = List.copyOf(measure);
    }

    public Study named(String other) {
        return new Study(other, question, hypothesis, expected, task, model, training, vary, seeds, measure);
    }

    public Study asking(String otherQuestion, String otherHypothesis, Verdict otherExpected) {
        return new Study(name, otherQuestion, otherHypothesis, otherExpected, task, model, training, vary, seeds, measure);
    }

    public Study withTask(TaskSpec other) {
        return new Study(name, question, hypothesis, expected, other, model, training, vary, seeds, measure);
    }

    public Study withTraining(TrainingSpec other) {
        return new Study(name, question, hypothesis, expected, task, model, other, vary, seeds, measure);
    }

    public Study withVary(Map<String, List<Object>> other) {
        return new Study(name, question, hypothesis, expected, task, model, training, other, seeds, measure);
    }

    public Study withSeeds(int count) {
        return new Study(name, question, hypothesis, expected, task, model, training, vary, count, measure);
    }

    /** Number of points of the grid; saturates. */
    public long cellCount() {
        long count = 1;
        for (List<Object> values : vary.values()) {
            count = Math.min(Integer.MAX_VALUE, count * values.size());
        }
        return count;
    }

    /** The grid, the first key slowest; one cell where nothing is varied. Call only on a grid within {@link #MAX_TRIALS}. */
    public List<Cell> cells() {
        List<Map<String, Object>> points = List.of(Map.of());
        for (Map.Entry<String, List<Object>> axis : vary.entrySet()) {
            List<Map<String, Object>> wider = new ArrayList<>();
            for (Map<String, Object> point : points) {
                for (Object value : axis.getValue()) {
                    Map<String, Object> next = new LinkedHashMap<>(point);
                    next.put(axis.getKey(), value);
                    wider.add(next);
                }
            }
            points = wider;
        }
        return points.stream().map(this::cell).toList();
    }

    private Cell cell(Map<String, Object> point) {
        return new Cell(Collections.unmodifiableMap(point), RecordKeys.with(task, part("task.", point)),
                RecordKeys.with(model, part("model.", point)), RecordKeys.with(training, part("training.", point)));
    }

    private static Map<String, Object> part(String prefix, Map<String, Object> point) {
        Map<String, Object> part = new LinkedHashMap<>();
        point.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), value);
            }
        });
        return part;
    }
}
