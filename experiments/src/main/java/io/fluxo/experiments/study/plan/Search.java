package io.fluxo.experiments.study.plan;

import io.fluxo.experiments.spec.Sampling;
import io.fluxo.experiments.spec.Study;
import java.util.List;
import java.util.Map;

/**
 * How the values of one variant are searched: what is tried next, given what came of all that was tried before. It is a function of results alone, and of
 * nothing that a process knows besides: whoever has the run's folder goes on alike, whatever trials ran at the same time.
 */
interface Search {

    /**
     * A setting to be tried.
     *
     * @param values dotted key → value
     * @param steps  optimizer steps for which it is trained
     */
    record Point(Map<String, Object> values, int steps) {}

    /**
     * What is tried at once, in this round; nothing once the search has ended.
     *
     * @param made what was tried in the rounds before, in the order in which it was asked for
     */
    List<Point> next(List<Tuning.Attempt> made);

    /** How the search for each number ended; nothing of a search that has no ends. */
    default List<Tuning.End> ended(List<Tuning.Attempt> made) {
        return List.of();
    }

    /** The search that {@code study} asks for: {@code cell}'s. */
    static Search of(Study study, Study.Cell cell, Obstacles obstacles) {
        Sampling sampling = study.tune().sampling();
        return switch (sampling.method()) {
            case GRID -> new ExtendedGrid(study, cell, obstacles);
            case RANDOM -> grid(study.tried(cell), study.tune().steps());
            case HALVING -> new Halving(study.tried(cell), sampling.rungs(study.searchedSteps(cell.training())), study.tunedOn());
        };
    }

    /** Every point of {@code grid}, in one round. */
    static Search grid(List<Map<String, Object>> grid, int steps) {
        return made -> made.isEmpty() ? grid.stream().map(values -> new Point(values, steps)).toList() : List.of();
    }
}
