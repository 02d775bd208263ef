package io.fluxo.experiments.study.plan;

import io.fluxo.experiments.spec.Grid;
import io.fluxo.experiments.spec.Study;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The search of one variant over its grid, and outward from it. The first round is the grid. While the best lies at an end of a key that may go on, the next number
 * {@linkplain Outward beyond it} is tried with all values of the other keys, so that what was tried stays a grid; each such step is a round. It ends where the best
 * has a smaller and a larger neighbour, where the next number is refused, or after {@code tune.extend} numbers beyond that end.
 */
record ExtendedGrid(Study study, Study.Cell cell, Obstacles obstacles) implements Search {

    @Override
    public List<Point> next(List<Tuning.Attempt> made) {
        if (made.isEmpty()) {
            return Search.grid(study.tried(cell), study.tune().steps()).next(made);
        }
        Tuning.Attempt best = Tuning.best(made, study.tunedOn());
        Map<String, List<Object>> axes = axes(made);
        List<Map<String, Object>> more = new ArrayList<>();
        for (String key : study.tune().extendable(grid())) {
            ended(key, best, axes(made)).filter(end -> end.how() == Tuning.How.OPEN).ifPresent(end -> {
                Object value = beyond(key, axes, end.largest()).orElseThrow();
                List<Map<String, Object>> slab = slab(axes, key, value);
                if (refusal(slab).isEmpty()) { // with what this round tries of the other keys it may be refused
                    more.addAll(slab);
                    axes.put(key, joined(axes.get(key), List.of(value)));
                }
            });
        }
        return points(more);
    }

    private List<Point> points(List<Map<String, Object>> values) {
        return values.stream().map(one -> new Point(one, study.tune().steps())).toList();
    }

    private Map<String, List<Object>> grid() {
        return study.tune().grid(cell.variant());
    }

    /** How the search for each number ended; nothing where no trial finished, so that nothing was chosen. */
    @Override
    public List<Tuning.End> ended(List<Tuning.Attempt> made) {
        Tuning.Attempt best = Tuning.best(made, study.tunedOn());
        return best.loss(study.tunedOn()) == Double.POSITIVE_INFINITY ? List.of()
                : axes(made).keySet().stream().flatMap(key -> ended(key, best, axes(made)).stream()).toList();
    }

    /** Empty for a key that has no ends, or where nothing was chosen. */
    private Optional<Tuning.End> ended(String key, Tuning.Attempt best, Map<String, List<Object>> axes) {
        if (!numeric(axes.get(key)) || best.loss(study.tunedOn()) == Double.POSITIVE_INFINITY) {
            return Optional.empty();
        }
        double chosen = number(best.values().get(key));
        boolean largest = axes.get(key).stream().mapToDouble(ExtendedGrid::number).allMatch(other -> other <= chosen);
        boolean smallest = axes.get(key).stream().mapToDouble(ExtendedGrid::number).allMatch(other -> other >= chosen);
        Tuning.End inside = new Tuning.End(key, best.values().get(key), Tuning.How.INSIDE, largest, "");
        if (!largest && !smallest) {
            return Optional.of(inside);
        }
        if (study.tune().bounded().containsKey(key)) {
            return Optional.of(inside.with(Tuning.How.BOUNDED, study.tune().bounded().get(key)));
        }
        if (smallest && isLeast(key, chosen)) {
            return Optional.of(inside.with(Tuning.How.LEAST, "no smaller number makes a difference"));
        }
        if (axes.get(key).stream().filter(value -> beyondGrid(key, value, largest)).count() >= study.tune().extend()) {
            return Optional.of(inside.with(Tuning.How.EDGE, study.tune().extend() == 0 ? "" : Text.format("tune.extend: %d", study.tune().extend())));
        }
        Optional<Object> next = beyond(key, axes, largest);
        Optional<String> refused = next.isEmpty() ? Optional.of("there is no number beyond it") : refusal(slab(axes, key, next.get()));
        return Optional.of(refused.map(why -> inside.with(Tuning.How.REFUSED, next.map(value -> Values.label(value) + ": ").orElse("") + why))
                .orElse(inside.with(Tuning.How.OPEN, "")));
    }

    private boolean isLeast(String key, double number) {
        return number == study.key(key).orElseThrow().least().orElse(Double.NEGATIVE_INFINITY);
    }

    private Optional<Object> beyond(String key, Map<String, List<Object>> axes, boolean upward) {
        int there = (int) axes.get(key).stream().filter(value -> beyondGrid(key, value, upward)).count();
        return Outward.of(grid().get(key), upward).number(there + 1);
    }

    /** Whether {@code value} lies beyond the largest, or the smallest, that is written. */
    private boolean beyondGrid(String key, Object value, boolean upward) {
        return grid().get(key).stream().mapToDouble(ExtendedGrid::number).allMatch(written -> upward ? number(value) > written : number(value) < written);
    }

    private Optional<String> refusal(List<Map<String, Object>> slab) {
        return slab.stream().flatMap(values -> obstacles.of(cell, values).stream()).findFirst();
    }

    /** {@code value} of {@code key} with all values of the others. */
    private static List<Map<String, Object>> slab(Map<String, List<Object>> axes, String key, Object value) {
        Map<String, List<Object>> one = new LinkedHashMap<>(axes);
        one.put(key, List.of(value));
        return Grid.points(one);
    }

    private static Map<String, List<Object>> axes(List<Tuning.Attempt> made) {
        Map<String, List<Object>> axes = new LinkedHashMap<>();
        made.getFirst().values().keySet().forEach(key -> axes.put(key, made.stream().map(attempt -> attempt.values().get(key)).distinct().toList()));
        return axes;
    }

    private static boolean numeric(List<Object> values) {
        return values.size() > 1 && values.stream().allMatch(Number.class::isInstance);
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    /**
     * How far it may go on.
     *
     * @param possible every point beyond the grid that may come to be tried
     * @param most     as many of these as are tried at most: a single key goes on in one direction alone, since what it leaves behind was worse
     */
    record Reach(List<Point> possible, List<Point> most) {}

    Reach reach() {
        List<String> extendable = study.tune().extendable(grid());
        if (extendable.isEmpty()) {
            return new Reach(List.of(), List.of()); // what was drawn is no grid whose points could be counted
        }
        Map<String, List<Object>> all = new LinkedHashMap<>(grid());
        Map<String, List<Object>> further = new LinkedHashMap<>(grid());
        for (String key : extendable) {
            List<Object> up = outward(key, true);
            List<Object> down = outward(key, false);
            all.put(key, joined(joined(grid().get(key), up), down));
            further.put(key, joined(grid().get(key), up.size() >= down.size() ? up : down));
        }
        return new Reach(beyondGrid(all), beyondGrid(extendable.size() == 1 ? further : all));
    }

    private List<Point> beyondGrid(Map<String, List<Object>> all) {
        List<Map<String, Object>> written = study.tried(cell);
        return written.isEmpty() ? List.of() : points(Grid.points(all).stream().filter(values -> !written.contains(values)).toList());
    }

    /** The numbers beyond an end that are not refused with what is written of the other keys. */
    private List<Object> outward(String key, boolean upward) {
        List<Object> numbers = new ArrayList<>();
        double end = grid().get(key).stream().mapToDouble(value -> upward ? number(value) : -number(value)).max().orElseThrow();
        boolean goesOn = upward || !isLeast(key, -end);
        for (int place = 1; place <= study.tune().extend() && goesOn; place++) {
            Optional<Object> number = Outward.of(grid().get(key), upward).number(place).filter(value -> refusal(slab(grid(), key, value)).isEmpty());
            number.ifPresent(numbers::add);
            goesOn = number.isPresent() && (upward || !isLeast(key, number(number.get())));
        }
        return numbers;
    }

    private static List<Object> joined(List<Object> values, List<Object> others) {
        List<Object> more = new ArrayList<>(values);
        more.addAll(others);
        return List.copyOf(more);
    }
}
