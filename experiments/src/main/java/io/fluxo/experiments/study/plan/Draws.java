package io.fluxo.experiments.study.plan;

import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Range;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyCheck;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings that a search draws. The n-th number of a key depends on the study's seed, the key and n alone: variants that draw from the same values are tried with
 * the same settings, and neither a resumed run nor another order of keys draws others. A setting that is not legal for a variant, or that it has already, is passed
 * over, and the next one is taken.
 */
final class Draws {

    /** So many draws for each setting that is asked for are made, at most. */
    private static final int MOST = 100;

    private final Study study;
    private final RandomKey random;
    private final Catalog catalog;
    private final Locations locations;

    private Draws(Study study, long seed, Catalog catalog, Locations locations) {
        this.study = study;
        this.random = RandomKey.of(seed).split("search");
        this.catalog = catalog;
        this.locations = locations;
    }

    /**
     * {@code study} with what is drawn for each of its variants; itself where nothing is drawn.
     *
     * @throws io.fluxo.experiments.BadInput if there are not as many legal settings as it asks for, or they are too rare
     */
    static Study of(Study study, long seed, Catalog catalog, Locations locations) {
        if (!study.tune().sampling().draws()) {
            return study;
        }
        Draws draws = new Draws(study, seed, catalog, locations);
        Map<Map<String, Object>, List<Map<String, Object>>> drawn = new LinkedHashMap<>();
        study.cells().stream().filter(cell -> study.tune().tunes(cell.variant())).forEach(cell -> drawn.put(cell.vary(), draws.settings(cell)));
        return study.withTune(study.tune().withDrawn(drawn));
    }

    private List<Map<String, Object>> settings(Study.Cell cell) {
        int wanted = study.tune().sampling().trials();
        Set<Map<String, Object>> settings = new LinkedHashSet<>();
        Optional<Violation> last = Optional.empty();
        for (long number = 0; settings.size() < wanted; number++) {
            if (number >= (long) MOST * wanted) {
                String refused = last.map(violation -> ": " + violation.message()).orElse("");
                throw locations.complaint("tune.trials", Text.format("%s%,d draws gave %,d different settings that are legal, not %,d%s",
                        cell.vary().isEmpty() ? "" : Text.format("at %s, ", cell.vary()), number, settings.size(), wanted, refused));
            }
            Map<String, Object> setting = setting(cell, number);
            Optional<Violation> violation = StudyCheck.violation(cell.with(setting), catalog);
            if (violation.isEmpty()) {
                settings.add(setting);
            } else {
                last = violation;
            }
        }
        return new ArrayList<>(settings);
    }

    private Map<String, Object> setting(Study.Cell cell, long number) {
        Map<String, Object> setting = new LinkedHashMap<>();
        Map<String, List<Object>> lists = study.tune().listed(cell.variant());
        Map<String, Range> ranges = study.tune().sampling().ranges(cell.variant());
        lists.forEach((key, values) -> setting.put(key, values.get(random.split(key).below(values.size(), number))));
        ranges.forEach((key, range) -> setting.put(key, range.at(random.split(key).uniform(number))));
        return setting;
    }
}
